-- Jobs are claimed kind by kind, so that neither those of kinds that a worker does not know nor those
-- whose time has not come are read on the way to the others.

drop index jobs_waiting_idx;
create index jobs_waiting_idx on jobs (queue, kind, priority, run_at, id) where state = 'waiting';
