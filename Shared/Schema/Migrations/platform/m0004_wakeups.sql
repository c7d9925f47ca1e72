-- Where there is work, for those who do it: hints, which may be lost, so that nobody has to look
-- into the schema of each tenant each second. The table lies with the tenants' schemas.

create table node.wakeups (
    tenant_id text not null,
    -- The service whose jobs they are.
    queue text not null,
    next_at timestamptz not null,
    -- How many there were: whoever has visited sees whether one has come meanwhile.
    hints bigint not null default 0,
    constraint wakeups_pkey primary key (tenant_id, queue)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

create index wakeups_next_idx on node.wakeups (queue, next_at);

grant select, insert, update, delete on node.wakeups
    to svc_ingest, svc_attribution, svc_mmm, svc_experiment, svc_insights;
