internal import Postgres

// The statements that make and change tenants. Names reach SQL that is made from them only inside
// the server, as values that `format` quotes, and only if they are a tenant's.
extension Statement {
    /// Which tenant the following blocks are about.
    static let takeTenant = Statement(
        "schema.take_tenant",
        "select set_config('sextant.tenant', $1, true)"
    )

    /// Makes the role and the empty schema; as `migrator`.
    static let makeSchema = Statement(
        "schema.make_schema",
        """
        do $make$
        declare
            name constant text := 't_' || current_setting('sextant.tenant');
        begin
            if name !~ '^t_[0-9a-hjkmnp-tv-z]{15}$' then
                raise exception 'this is no tenant' using errcode = 'invalid_parameter_value';
            end if;
            execute format('create role %I nologin noinherit', name);
            execute format('grant %I to tenant_users', name);
            execute format('create schema %I authorization platform_owner', name);
        end
        $make$
        """
    )

    /// Turns from `migrator` to the owner of the new schema.
    static let enterSchema = Statement(
        "schema.enter_schema",
        "select set_config('role', 'platform_owner', true), set_config('search_path', $1, true)"
    )

    /// Gives the role its rights on all that will be made in the schema; as the owner.
    static let grantRights = Statement(
        "schema.grant_rights",
        """
        do $grant$
        declare
            name constant text := 't_' || current_setting('sextant.tenant');
        begin
            execute format('grant usage on schema %I to %I', name, name);
            execute format(
                'alter default privileges in schema %I
                    grant select, insert, update, delete on tables to %I', name, name
            );
            execute format(
                'alter default privileges in schema %I
                    grant usage, select on sequences to %I', name, name
            );
        end
        $grant$
        """
    )

    /// Lets the role read which migrations there are, and not pretend others.
    static let protectMigrationTable = Statement(
        "schema.protect_migration_table",
        """
        do $protect$
        declare
            name constant text := 't_' || current_setting('sextant.tenant');
        begin
            execute format(
                'revoke insert, update, delete on schema_migrations from %I', name
            );
        end
        $protect$
        """
    )

    static let insertTenant = Statement(
        "schema.insert_tenant",
        """
        with head as (
            update platform.directory_head set version = version + 1 returning version
        )
        insert into platform.tenants (id, slug, state, version, created_at, changed_at,
            time_zone, currency, week_start, attribution_days, retention_days, node)
        select $1, $2, 'active', head.version, clock_timestamp(), clock_timestamp(),
            $3, $4, $5, $6, $7, $8
        from head where timezone($3, clock_timestamp()) is not null
        """
    )

    static let changeState = Statement(
        "schema.change_state",
        """
        with head as (
            update platform.directory_head set version = version + 1 returning version
        )
        update platform.tenants
        set state = $3, version = head.version, changed_at = clock_timestamp()
        from head where id = $1 and state = $2
        """
    )

    static let changeSlug = Statement(
        "schema.change_slug",
        """
        with head as (
            update platform.directory_head set version = version + 1 returning version
        )
        update platform.tenants
        set slug = $2, version = head.version, changed_at = clock_timestamp()
        from head where id = $1 and state <> 'deleted'
        """
    )

    static let changeSettings = Statement(
        "schema.change_settings",
        """
        with head as (
            update platform.directory_head set version = version + 1 returning version
        )
        update platform.tenants
        set time_zone = $3, currency = $4, week_start = $5, attribution_days = $6,
            retention_days = $7, settings_version = settings_version + 1,
            version = head.version, changed_at = clock_timestamp()
        from head
        where id = $1 and settings_version = $2 and state <> 'deleted'
            and timezone($3, clock_timestamp()) is not null
        """
    )

    /// Has those who follow the directory look at a tenant again.
    static let touchTenant = Statement(
        "schema.touch_tenant",
        """
        with head as (
            update platform.directory_head set version = version + 1 returning version
        )
        update platform.tenants set version = head.version, changed_at = clock_timestamp()
        from head where id = $1 and state <> 'deleted'
        """
    )

    static let buryTenant = Statement(
        "schema.bury_tenant",
        """
        with head as (
            update platform.directory_head set version = version + 1 returning version
        )
        update platform.tenants
        set state = 'deleted', slug = null, deleted_at = clock_timestamp(),
            version = head.version, changed_at = clock_timestamp()
        from head where id = $1 and state = 'suspended'
        """
    )

    static let dropSchema = Statement(
        "schema.drop_schema",
        """
        do $drop$
        declare
            name constant text := 't_' || current_setting('sextant.tenant');
        begin
            if name !~ '^t_[0-9a-hjkmnp-tv-z]{15}$' then
                raise exception 'this is no tenant' using errcode = 'invalid_parameter_value';
            end if;
            execute format('drop schema if exists %I cascade', name);
        end
        $drop$
        """
    )

    /// Turns back to `migrator`.
    static let leaveSchema = Statement(
        "schema.leave_schema",
        "select set_config('role', 'none', true)"
    )

    /// As `migrator`.
    static let dropRole = Statement(
        "schema.drop_role",
        """
        do $drop$
        begin
            execute format(
                'drop role if exists %I', 't_' || current_setting('sextant.tenant')
            );
        end
        $drop$
        """
    )

    /// Takes back what let others act for the tenant: its grants, and the keys that are left
    /// without any.
    static let deleteGrants = Statement(
        "schema.delete_grants",
        """
        with gone as (
            delete from platform.grants where tenant_id = $1 returning holder_kind, holder_id
        )
        delete from platform.api_keys k using gone
        where gone.holder_kind = 'key' and k.id = gone.holder_id
            and not exists (
                select from platform.grants g
                where g.holder_kind = 'key' and g.holder_id = k.id and g.tenant_id <> $1
            )
        """
    )

    static let deleteQuotas = Statement(
        "schema.delete_quotas",
        "delete from platform.quotas where tenant_id = $1"
    )

    static let deleteVersions = Statement(
        "schema.delete_versions",
        "delete from platform.tenant_versions where tenant_id = $1"
    )

    static let deleteWakeups = Statement(
        "schema.delete_wakeups",
        "delete from node.wakeups where tenant_id = $1"
    )

    static let deleteSteps = Statement(
        "schema.delete_steps",
        "delete from platform.migration_runs where tenant_id = $1"
    )
}
