-- Who may act for which tenant, and what has been done.

-- Of a key only a code is kept that takes a pepper to compute, which is not in the database.
create table api_keys (
    id text not null,
    pepper_id bigint not null,
    code bytea not null,
    scopes text not null,
    -- Null for keys that programs keep secret; else the pages that a key for browsers is for.
    origins text[],
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    constraint api_keys_pkey primary key (id),
    constraint api_keys_code_check check (octet_length(code) = 32),
    constraint api_keys_browser_check check (origins is null or scopes = 'events:write')
);

-- The tenants that a key or a person may act for.
create table grants (
    holder_kind text not null,
    holder_id text not null,
    tenant_id text not null,
    constraint grants_pkey primary key (holder_kind, holder_id, tenant_id),
    constraint grants_tenant_fkey foreign key (tenant_id) references tenants (id),
    constraint grants_holder_kind_check check (holder_kind in ('key', 'user'))
);

create index grants_tenant_idx on grants (tenant_id);

-- Only ever added to. It outlives the tenants it tells of.
create table audit_log (
    id bigint generated always as identity,
    at timestamptz not null,
    tenant_id text,
    actor text not null,
    action text not null,
    subject text not null,
    outcome text not null,
    detail_names text[] not null,
    detail_texts text[] not null,
    constraint audit_log_pkey primary key (id),
    constraint audit_log_outcome_check check (outcome in ('done', 'refused', 'failed')),
    constraint audit_log_details_check check (
        cardinality(detail_names) = cardinality(detail_texts)
    )
);

create index audit_log_tenant_idx on audit_log (tenant_id, id);

grant select, insert, update on api_keys to svc_gateway;
grant select, insert, delete on grants to svc_gateway;
grant select on audit_log to svc_gateway;
grant insert on audit_log
    to svc_ingest, svc_attribution, svc_mmm, svc_experiment, svc_insights, svc_gateway;
