-- How often persons have been put together: what was read before somebody else did so is of before.
alter table timeline_head add column turn bigint not null default 0;
