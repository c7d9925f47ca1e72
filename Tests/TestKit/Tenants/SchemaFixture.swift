public import Net
public import Schema
public import Telemetry
public import Tenancy
public import TestKit

@_spi(PostgresSessions) internal import Postgres

/// A database of its own with the platform's schema, loops, and an administration of its tenants.
public final class SchemaFixture: Sendable {
    /// The database.
    public let database: TestDatabase
    /// One loop.
    public let group: EventLoopGroup
    /// Where names are looked up.
    public let blocking: WorkerPool
    /// Brings the platform's schema and those of tenants up to date.
    public let migrator: Migrator
    /// Makes and ends tenants.
    public let administration: TenantAdministration
    /// All that ``logger`` has been told.
    public let log = CollectingLogSink()
    /// The calls of guarded servers, which end with their tenant.
    public let openCalls = OpenCalls()

    /// Roles are of a server, which nobody else uses.
    private static let server = Task { try await PrivatePostgres() }

    /// For those who do harm to roles.
    public static let harmedServer = Task { try await PrivatePostgres() }

    /// A database.
    ///
    /// - Parameters:
    ///   - services: the migrations of services.
    ///   - isMigrated: whether the platform's schema is made.
    ///   - server: where; nil for the server that most tests share.
    /// - Throws: whatever keeps the database from being made.
    public init(
        services: [MigrationSet] = [],
        isMigrated: Bool = true,
        on server: PrivatePostgres? = nil
    ) async throws {
        let found = if let server { server } else { try await Self.server.value }
        let plan = try Self.plan(services)
        database =
            if isMigrated {
                try await found.makeDatabase(like: plan.fingerprint) {
                    try await Self.migrate($0, plan)
                }
            } else {
                try await found.makeDatabase()
            }
        group = try EventLoopGroup(count: 1)
        blocking = try WorkerPool(name: "blocking", threads: 2, maximumQueued: 64)
        // Whom a database is open to is not copied with it.
        migrator = try await Self.migrator(of: database, plan, group, blocking)
        administration = TenantAdministration(migrator, by: try Self.person("admin"))
    }

    /// The plans that have been made: reading one takes as long as copying a database.
    private static let plans = Locked<[[MigrationSet]: MigrationPlan]>([:])

    private static func plan(_ services: [MigrationSet]) throws -> MigrationPlan {
        if let known = plans.withLock({ $0[services] }) { return known }
        let plan = try MigrationPlan(services: services)
        plans.withLock { $0[services] = plan }
        return plan
    }

    /// Makes the platform's schema in a database that others are copied from.
    private static func migrate(_ database: TestDatabase, _ plan: MigrationPlan) async throws {
        let group = try EventLoopGroup(count: 1)
        let blocking = try WorkerPool(name: "blocking", threads: 2, maximumQueued: 64)
        defer {
            group.stop()
            blocking.stop()
        }
        let migrator = try await Self.migrator(of: database, plan, group, blocking)
        _ = try await migrator.migrate()
        await migrator.close()
    }

    /// A migrator of a database whose roles are there.
    private static func migrator(
        of database: TestDatabase,
        _ plan: MigrationPlan,
        _ group: EventLoopGroup,
        _ blocking: WorkerPool
    ) async throws -> Migrator {
        try await ClusterRoles.prepare(
            try PostgresDSN(database.dsn()),
            group: group,
            blocking: blocking,
            before: Self.soon
        )
        return Migrator(
            try PostgresDSN(database.dsn(user: "migrator")),
            group: group,
            blocking: blocking,
            plan: plan
        )
    }

    deinit {
        group.stop()
        blocking.stop()
        database.drop()
    }

    /// Long enough for anything that does not hang.
    public static var soon: ContinuousClock.Instant { .now.advanced(by: .seconds(60)) }

    /// Another migrator of the same database.
    public func migrator(_ services: [MigrationSet], lanes: Int = 4) throws -> Migrator {
        var limits = Migrator.Limits()
        limits.lanes = lanes
        return Migrator(
            try PostgresDSN(database.dsn(user: "migrator")),
            group: group,
            blocking: blocking,
            plan: try MigrationPlan(services: services),
            limits: limits
        )
    }

    /// A new tenant.
    public func tenant(_ slug: String) async throws -> TenantID {
        try await administration.create(try TenantSlug(slug))
    }

    /// The databases of a service, whose directory is fresh.
    public func service(
        _ name: String = "ingest",
        requirements: [SchemaRequirement] = [],
        connections: Int = 4,
        interval: Duration = .seconds(1),
        registry: MetricRegistry = MetricRegistry()
    ) async throws -> TenantDatabase {
        var configuration = PostgresPoolConfiguration()
        configuration.maximumConnections = connections
        // Tests refresh it when they have changed something, on machines however slow.
        var freshness = TenantDirectory.Limits()
        freshness.maximumAge = .seconds(600)
        freshness.interval = interval
        freshness.timeout = .seconds(60)
        let service = try TenantDatabase(
            try PostgresDSN(database.dsn(user: "svc_\(name)")),
            group: group,
            blocking: blocking,
            requirements: requirements,
            openCalls: openCalls,
            configuration: configuration,
            freshness: freshness,
            registry: registry,
            logger: logger
        )
        try await service.directory.refresh()
        return service
    }

    /// A logger whose lines are kept.
    public var logger: Logger { Logger(service: "tests", version: "1", level: .debug, sink: log) }

    /// What `psql` answers to someone else than a superuser.
    @discardableResult
    public func query(_ sql: String, as user: String) async throws -> String {
        try await database.run("set session authorization \(user); \(sql)")
    }

    /// Someone who acts; a text that names nobody is an error.
    private static func person(_ name: String) throws -> Actor {
        guard let person = Actor(.user, name) else { throw Nobody(name: name) }
        return person
    }

    private struct Nobody: Error {
        let name: String
    }

    /// What someone does for a tenant.
    public func context(_ tenant: TenantID) throws -> TenantContext {
        TenantContext(
            tenant: tenant,
            actor: try Self.person("42"),
            scopes: .none
        )
    }

    /// Waits, without a thread.
    ///
    /// - Parameter duration: how long.
    /// - Throws: `CancellationError` if the fixture is stopped.
    public func pause(_ duration: Duration) async throws {
        let loop = group.next()
        try await withTaskExecutorPreference(loop) {
            guard await loop.arrive() else { throw CancellationError() }
            try await loop.sleep(for: duration)
        }
    }

    /// What `psql` answers to a superuser, line by line.
    public func lines(_ sql: String) async throws -> [String] {
        try await database.run(sql).split(separator: "\n").map(String.init)
    }
}

extension MigrationSet {
    /// Migrations of an area `example`, each of some SQL.
    public static func example(_ texts: String...) throws -> MigrationSet {
        try MigrationSet(
            "example",
            texts.enumerated().map { index, sql in
                ("m000\(index + 1)_example", Array(sql.utf8))
            }
        )
    }
}
