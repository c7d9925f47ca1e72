-- What those who administer tenants need, and nobody else may use.

-- The steps of a migration: one for each tenant and each list of migrations, known by its checksum,
-- so that a run that was interrupted goes on where it stood.
create table migration_runs (
    plan text not null,
    tenant_id text not null,
    state text not null,
    attempts integer not null default 0,
    problem text,
    changed_at timestamptz not null,
    constraint migration_runs_pkey primary key (plan, tenant_id),
    constraint migration_runs_tenant_fkey foreign key (tenant_id) references tenants (id),
    constraint migration_runs_state_check check (state in ('pending', 'failed', 'done')),
    constraint migration_runs_problem_check check ((state = 'failed') = (problem is not null))
);

-- The rows of a table as JSON, one text each, for exports.
create function export_rows(relation regclass) returns setof text
    language plpgsql stable
    set search_path = ''
    as $export$
    begin
        return query execute format('select row_to_json(t)::text from %s t', relation);
    end
    $export$;

-- What a schema is made of, as 32 digits that are equal for equal schemas, whatever they are called.
create function schema_fingerprint(schema_name text) returns text
    language sql stable
    set search_path = ''
    as $fingerprint$
    with space as (
        select oid, nspname, nspacl, nspowner from pg_catalog.pg_namespace where nspname = schema_name
    ), part(text) as (
        select pg_catalog.format('schema %s %s', nspowner::pg_catalog.regrole, nspacl) from space
        union all
        select pg_catalog.format('relation %s %s %s %s %s %s', c.relname, c.relkind,
            c.relpersistence, c.relowner::pg_catalog.regrole, c.relacl, c.reloptions)
        from pg_catalog.pg_class c join space on space.oid = c.relnamespace
        union all
        select pg_catalog.format('column %s %s %s %s %s %s %s %s', c.relname, a.attname, a.attnum,
            pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
            a.attgenerated, pg_catalog.pg_get_expr(d.adbin, d.adrelid))
        from pg_catalog.pg_class c join space on space.oid = c.relnamespace
            join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0
            left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where c.relkind in ('r', 'p', 'v') and not a.attisdropped
        union all
        select pg_catalog.format('constraint %s %s %s', c.conrelid::pg_catalog.regclass,
            c.conname, pg_catalog.pg_get_constraintdef(c.oid))
        from pg_catalog.pg_constraint c join space on space.oid = c.connamespace
        union all
        select pg_catalog.format('index %s', pg_catalog.pg_get_indexdef(i.indexrelid))
        from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
            join space on space.oid = c.relnamespace
        union all
        select pg_catalog.format('view %s %s', c.relname, pg_catalog.pg_get_viewdef(c.oid))
        from pg_catalog.pg_class c join space on space.oid = c.relnamespace
        where c.relkind = 'v'
        union all
        select pg_catalog.format('function %s %s', p.proacl, pg_catalog.pg_get_functiondef(p.oid))
        from pg_catalog.pg_proc p join space on space.oid = p.pronamespace
        where p.prokind in ('f', 'p')
        union all
        select pg_catalog.format('default %s %s %s', d.defaclrole::pg_catalog.regrole,
            d.defaclobjtype, d.defaclacl)
        from pg_catalog.pg_default_acl d join space on space.oid = d.defaclnamespace
    )
    -- The schema's own name, which is its role's too, stands for itself.
    select pg_catalog.md5(pg_catalog.string_agg(
        pg_catalog.replace(text, schema_name, '*'), e'\n'
        order by pg_catalog.replace(text, schema_name, '*') collate "C"
    ))
    from part
    $fingerprint$;
