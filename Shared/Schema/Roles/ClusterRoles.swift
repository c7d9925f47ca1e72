public import Net
@_spi(PostgresSessions) public import Postgres

/// The roles of a server, and what the world may do in a database: the ground on which tenants are
/// kept apart.
///
/// `platform_owner` owns everything and cannot log in. `migrator` can, and changes schemas as
/// `platform_owner`; no pool that serves requests has its login. Each service has a login, `svc_…`,
/// without rights on any tenant: it takes those of a tenant's role, for one transaction, by its
/// membership in `tenant_users`, and inherits nothing. Passwords are set by whoever runs the
/// server.
public enum ClusterRoles {
    /// The services that have a login, without `svc_`.
    public static let services = [
        "ingest", "attribution", "mmm", "experiment", "insights", "gateway",
    ]

    /// Makes the roles, and takes from the world what tenants must not have; again and again
    /// without harm.
    ///
    /// - Parameters:
    ///   - dsn: the database, as a superuser.
    ///   - group: the loops.
    ///   - blocking: where names are looked up.
    ///   - deadline: when it must be done.
    /// - Throws: `PostgresError`.
    public static func prepare(
        _ dsn: PostgresDSN,
        group: EventLoopGroup,
        blocking: WorkerPool,
        before deadline: ContinuousClock.Instant
    ) async throws(PostgresError) {
        var batch = Batch()
        batch.append(makeRoles)
        batch.append(closeDatabase)
        try await run(batch, at: dsn, group: group, blocking: blocking, before: deadline)
    }

    /// Runs statements as a superuser, who is known no longer than that.
    static func run(
        _ batch: Batch,
        at dsn: PostgresDSN,
        group: EventLoopGroup,
        blocking: WorkerPool,
        before deadline: ContinuousClock.Instant
    ) async throws(PostgresError) {
        let pool = PostgresPool(dsn, group: group, blocking: blocking)
        let result: Result<[Rows], PostgresError>
        do throws(PostgresError) {
            result = .success(try await pool.run(batch, as: nil, .writes, before: deadline))
        } catch {
            result = .failure(error)
        }
        await pool.close()
        _ = try result.get()
    }

    /// Roles are of the whole server: another database may be prepared at the same time, and the
    /// catalog's own lock makes one of the two wait.
    private static let makeRoles = Statement(
        "schema.make_roles",
        """
        do $roles$
        declare
            service text;
        begin
            lock table pg_catalog.pg_authid in share row exclusive mode;
            if to_regrole('platform_owner') is null then
                create role platform_owner nologin noinherit;
            end if;
            if to_regrole('tenant_users') is null then
                create role tenant_users nologin noinherit;
            end if;
            if to_regrole('migrator') is null then
                create role migrator login noinherit createrole connection limit 16;
                grant platform_owner to migrator;
            end if;
            foreach service in array array[
                'svc_ingest', 'svc_attribution', 'svc_mmm', 'svc_experiment', 'svc_insights',
                'svc_gateway'
            ] loop
                if to_regrole(service) is not null then continue; end if;
                execute format('create role %I login noinherit connection limit 64', service);
                execute format('alter role %I set lock_timeout = ''10s''', service);
                execute format('alter role %I set statement_timeout = ''10min''', service);
                execute format(
                    'alter role %I set idle_in_transaction_session_timeout = ''1min''', service
                );
                -- The gateway serves no tenant's rows.
                if service <> 'svc_gateway' then
                    execute format('grant tenant_users to %I', service);
                end if;
            end loop;
        end
        $roles$
        """
    )

    private static let closeDatabase = Statement(
        "schema.close_database",
        """
        do $database$
        declare
            services constant text :=
                'svc_ingest, svc_attribution, svc_mmm, svc_experiment, svc_insights, svc_gateway';
        begin
            execute format('revoke all on database %I from public', current_database());
            execute format(
                'grant connect on database %I to migrator, %s', current_database(), services
            );
            -- Schemas are made by the one and owned by the other.
            execute format('grant create on database %I to migrator', current_database());
            revoke all on schema public from public;
            revoke execute on function lo_create(oid), lo_creat(integer),
                lo_from_bytea(oid, bytea), pg_notify(text, text) from public;
            execute 'grant execute on function pg_notify(text, text) to ' || services;
            -- By this the pools know which connections have grown too large.
            execute 'grant select on pg_backend_memory_contexts to migrator, ' || services;
            execute 'grant execute on function pg_get_backend_memory_contexts() to migrator, '
                || services;
            alter default privileges for role platform_owner revoke execute on functions
                from public;
            if to_regnamespace('platform') is null then
                create schema platform authorization platform_owner;
            end if;
            if to_regnamespace('node') is null then
                create schema node authorization platform_owner;
            end if;
            execute 'grant usage on schema platform, node to ' || services;
        end
        $database$
        """
    )
}
