-- Who the tenants are, where they are, and what they have settled.

-- One row, counted up in every transaction that changes the directory: whoever follows it asks for
-- what is newer than the number it has seen. The row is locked until commit, so that numbers become
-- visible in their order.
create table directory_head (
    id boolean not null default true,
    version bigint not null,
    constraint directory_head_pkey primary key (id),
    constraint directory_head_one_check check (id)
);

insert into directory_head (version) values (0);

-- A tenant's schema and role are both called t_<id>. A row outlives its tenant, so that the id never
-- names another; its slug does not.
create table tenants (
    id text not null,
    slug text,
    state text not null,
    -- The libpq keywords in which the tenant's database differs from this one; never a password.
    node text not null default '',
    version bigint not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    deleted_at timestamptz,
    -- Settings, and how often they have been changed.
    settings_version bigint not null default 1,
    time_zone text not null,
    currency text not null,
    week_start smallint not null,
    attribution_days integer not null,
    retention_days integer not null,
    constraint tenants_pkey primary key (id),
    constraint tenants_slug_key unique (slug),
    constraint tenants_id_check check (id ~ '^[0-9a-hjkmnp-tv-z]{15}$'),
    constraint tenants_slug_check check (slug ~ '^[a-z][0-9a-z-]{1,38}[0-9a-z]$'),
    constraint tenants_state_check check (state in ('active', 'suspended', 'deleted')),
    -- active <-> suspended -> deleted, which is for ever.
    constraint tenants_end_check check (
        (state = 'deleted') = (deleted_at is not null) and (state = 'deleted') = (slug is null)
    ),
    constraint tenants_week_start_check check (week_start between 1 and 7),
    constraint tenants_currency_check check (currency ~ '^[A-Z]{3}$'),
    constraint tenants_attribution_days_check check (attribution_days between 1 and 365),
    constraint tenants_retention_days_check check (retention_days between 1 and 36500)
);

create index tenants_version_idx on tenants (version);

-- How far each area of a tenant's schema has been migrated; the tenant's own schema_migrations is
-- what counts, and is changed in the same transaction.
create table tenant_versions (
    tenant_id text not null,
    area text not null,
    version integer not null,
    constraint tenant_versions_pkey primary key (tenant_id, area),
    constraint tenant_versions_tenant_fkey foreign key (tenant_id) references tenants (id)
);

grant select on directory_head, tenants, tenant_versions
    to svc_ingest, svc_attribution, svc_mmm, svc_experiment, svc_insights, svc_gateway;
