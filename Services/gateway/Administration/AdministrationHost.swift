internal import Jobs
public import Lifecycle
internal import Net
internal import Platform
internal import Postgres
public import Schema
internal import Telemetry
public import Tenancy

extension Administration {
    /// What a process of ours is made of that administers as well, to be started in this order.
    ///
    /// - Parameters:
    ///   - configuration: where, and the login `migrator`.
    ///   - plan: all migrations: what new tenants are made of.
    ///   - gateway: what needs the login of the gateway; nil without.
    ///   - pages: signs the pages of lists.
    ///   - parts: what the process has as every service has.
    /// - Returns: the parts; none if the process is not given the login `migrator`.
    /// - Throws: `PostgresError` for a connection string that is none.
    public static func components<Own>(
        _ configuration: AdministrationConfiguration,
        plan: MigrationPlan,
        gateway: AdministrationLogins.Gateway? = nil,
        pages: PageTokens,
        of parts: ServiceParts<Own>
    ) throws -> [ServiceComponent] {
        guard let connectionString = configuration.migratorDSN else { return [] }
        let migrator = Migrator(
            try PostgresDSN(connectionString.revealed),
            group: parts.group,
            blocking: parts.blocking,
            plan: plan
        )
        var logins = AdministrationLogins(migrator, gateway: gateway)
        var components = [ServiceComponent("migrator") { _ in await migrator.close() }]
        if let login = configuration.jobsDSN {
            let (jobs, parts) = try jobs(PostgresDSN(login.revealed), of: parts)
            logins.jobs = jobs
            components += parts
        }
        let listener = AdministrationListener(
            configuration,
            contracts(logins, pages: pages),
            group: parts.group,
            blocking: parts.blocking,
            telemetry: parts.telemetry,
            registry: parts.registry,
            logger: parts.logger
        )
        return components + [listener.component]
    }

    /// The rows of jobs and schedules, and the parts of the process that keep their tenants known,
    /// and tell workers of what was made.
    private static func jobs<Own>(
        _ login: PostgresDSN,
        of parts: ServiceParts<Own>
    ) throws -> (AdministrationLogins.Jobs, [ServiceComponent]) {
        // The process's own registry has these metrics already, of its own login.
        let registry = MetricRegistry()
        var pools = PostgresPoolConfiguration()
        pools.maximumConnections = 2
        let database = try TenantDatabase(
            login,
            group: parts.group,
            blocking: parts.blocking,
            configuration: pools,
            registry: registry,
            logger: parts.logger
        )
        let loop = parts.group.next()
        let queue = JobQueue(database, on: loop, registry: registry, logger: parts.logger)
        // Tenants are served all the same if this login does not work.
        let watch = PlatformWatch(database, on: loop, condition: nil, logger: parts.logger)
        return (
            .init(database, queue),
            [
                watch.component("administration's database"),
                ServiceComponent("administration's jobs") { _ in await queue.settle() },
            ]
        )
    }
}
