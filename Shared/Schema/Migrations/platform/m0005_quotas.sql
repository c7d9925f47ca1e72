-- How much tenants may use, where that differs from what all may. A change counts as one of the
-- directory, so that whoever follows that knows of it within seconds.

create table quotas (
    tenant_id text not null,
    name text not null,
    amount bigint not null,
    window_milliseconds bigint not null,
    burst bigint not null,
    changed_at timestamptz not null,
    constraint quotas_pkey primary key (tenant_id, name),
    constraint quotas_tenant_fkey foreign key (tenant_id) references tenants (id),
    constraint quotas_name_check check (name ~ '^[a-z][0-9a-z_-]{0,31}$'),
    constraint quotas_amount_check check (amount between 1 and 1000000000),
    constraint quotas_window_check check (window_milliseconds between 1 and 86400000),
    constraint quotas_burst_check check (burst between 1 and 1000000000)
);

grant select on quotas
    to svc_ingest, svc_attribution, svc_mmm, svc_experiment, svc_insights, svc_gateway;
