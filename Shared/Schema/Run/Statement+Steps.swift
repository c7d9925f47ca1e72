internal import Postgres

// The statements of the migrator, but for those that apply migrations.
extension Statement {
    /// Keeps other migrators from the schema of the moment until the transaction ends.
    ///
    /// It also waits no longer than this for tables in use. The number says what is locked.
    static let lockStep = Statement(
        "schema.lock_step",
        """
        select set_config('lock_timeout', '5s', true),
            pg_advisory_xact_lock(1398294868, hashtext(current_schema()))
        """
    )

    /// Makes a row for each tenant that the run has not seen.
    static let openRun = Statement(
        "schema.open_run",
        """
        insert into migration_runs (plan, tenant_id, state, changed_at)
        select $1, id, 'pending', clock_timestamp() from tenants where state <> 'deleted'
        on conflict (plan, tenant_id) do nothing
        """
    )

    static let pendingSteps = Statement(
        "schema.pending_steps",
        """
        select r.tenant_id, t.node from migration_runs r join tenants t on t.id = r.tenant_id
        where r.plan = $1 and r.state <> 'done' and t.state <> 'deleted' order by r.tenant_id
        """
    )

    /// Records in a tenant's own transaction that it is done.
    static let noteDone = Statement(
        "schema.note_done",
        """
        insert into platform.migration_runs (plan, tenant_id, state, attempts, changed_at)
        values ($1, $2, 'done', 1, clock_timestamp())
        on conflict (plan, tenant_id) do update
            set state = 'done', problem = null, attempts = migration_runs.attempts + 1,
                changed_at = excluded.changed_at
        """
    )

    static let noteFailure = Statement(
        "schema.note_failure",
        """
        update migration_runs
        set state = 'failed', problem = $3, attempts = attempts + 1,
            changed_at = clock_timestamp()
        where plan = $1 and tenant_id = $2 and state <> 'done'
        """
    )

    /// Copies a tenant's versions into the directory, which counts up.
    static let noteVersions = Statement(
        "schema.note_versions",
        """
        with versions as (
            insert into platform.tenant_versions (tenant_id, area, version)
            select $1, area, max(version) from schema_migrations group by area
            on conflict (tenant_id, area) do update set version = excluded.version
        ), head as (
            update platform.directory_head set version = version + 1 returning version
        )
        update platform.tenants
        set version = head.version, changed_at = clock_timestamp()
        from head where id = $1
        """
    )
}
