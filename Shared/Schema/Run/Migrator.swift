public import Net
@_spi(PostgresSessions) public import Postgres
public import Tenancy

/// Brings the platform's schema and those of all tenants up to date.
///
/// The platform comes first; then each tenant is one step, a transaction that applies all that the
/// tenant lacks. Steps are recorded in `platform.migration_runs`: a run that was interrupted goes
/// on where it stood, and several migrators may run at the same time, since a step begins by
/// locking its tenant and looking at what it has.
///
/// Tenants may lie on other servers than the platform, their nodes: those have the platform's
/// schema too, of which only the functions and the schema `node` are used. A node that is away
/// keeps none but its own tenants from being migrated.
public final class Migrator: Sendable {
    /// The platform's own database.
    let pool: PostgresPool
    let dsn: PostgresDSN
    /// Those of other nodes.
    let pools: PostgresPools
    let plan: MigrationPlan
    let limits: Limits

    /// How long and how much at once.
    public struct Limits: Sendable {
        /// How many tenants are migrated at the same time, 1 to 16.
        public var lanes = 4
        /// How long one transaction may take.
        public var transaction: Duration = .seconds(600)
        /// How long a node may take to give its first answer.
        public var reach: Duration = .seconds(30)
        /// How often a step is tried whose locks are not free, or whose connection is lost.
        public var attempts = 5

        /// The defaults.
        public init() {}
    }

    /// A migrator.
    ///
    /// - Parameters:
    ///   - dsn: the database of the platform, with the login `migrator`.
    ///   - group: the loops.
    ///   - blocking: where names are looked up; it outlives the migrator.
    ///   - plan: all migrations.
    ///   - limits: how long and how much at once.
    public init(
        _ dsn: PostgresDSN,
        group: EventLoopGroup,
        blocking: WorkerPool,
        plan: MigrationPlan,
        limits: Limits = Limits()
    ) {
        precondition((1...16).contains(limits.lanes) && limits.attempts > 0)
        var configuration = PostgresPoolConfiguration()
        configuration.maximumConnections = limits.lanes
        pool = PostgresPool(dsn, group: group, blocking: blocking, configuration: configuration)
        pools = PostgresPools(group: group, blocking: blocking, configuration: configuration)
        self.dsn = dsn
        self.plan = plan
        self.limits = limits
    }

    /// Closes its connections.
    public func close() async {
        await pool.close()
        await pools.close()
    }

    /// When a transaction that begins now must be over.
    var deadline: ContinuousClock.Instant { .now.advanced(by: limits.transaction) }

    static let platformScope = SessionScope(role: "platform_owner", schema: "platform")

    static func scope(of tenant: TenantID) -> SessionScope {
        SessionScope(role: "platform_owner", schema: tenant.schemaName)
    }

    // MARK: The run

    /// What a run has done.
    public struct Report: Sendable, Equatable {
        /// How many migrations were applied to the platform.
        public var platform = 0
        /// The tenants to which migrations were applied, and how many.
        public var tenants: [TenantID: Int] = [:]
        /// How many tenants lacked nothing.
        public var current = 0
        /// What ``TenantAudit`` finds once all is done; empty if tenants are kept apart.
        public var faults: [String] = []
    }

    /// Migrates the platform, then the tenants.
    ///
    /// - Parameter progress: is told of each tenant that is done, and how many migrations it took.
    /// - Returns: what has been done.
    /// - Throws: ``SchemaError``; `incomplete` once all tenants but some are done.
    public func migrate(
        progress: @Sendable (TenantID, Int) -> Void = { _, _ in }
    ) async throws -> Report {
        var report = Report()
        report.platform = try await migratePlatform(on: pool, "the platform")
        var failures = try await migrateNodes()
        let pending = try await pendingTenants().filter { failures[$0.id] == nil }
        try await withThrowingTaskGroup(of: (TenantID, Result<Int, SchemaError>).self) { lanes in
            var next = pending.makeIterator()
            func startNext() {
                guard let tenant = next.next() else { return }
                lanes.addTask { (tenant.id, try await self.step(tenant)) }
            }
            for _ in 0..<limits.lanes { startNext() }
            while let (tenant, result) = try await lanes.next() {
                switch result {
                case .success(let count):
                    if count > 0 { report.tenants[tenant] = count } else { report.current += 1 }
                    progress(tenant, count)
                case .failure(let error): failures[tenant] = "\(error)"
                }
                startNext()
            }
        }
        guard failures.isEmpty else { throw SchemaError.incomplete(failures: failures) }
        report.faults = try await TenantAudit(self).faults()
        return report
    }

    /// Brings the platform's schema of a database up to date.
    ///
    /// - Returns: how many migrations it lacked.
    func migratePlatform(on pool: PostgresPool, _ place: String) async throws -> Int {
        let plan = plan
        return try await pool.transaction(as: Self.platformScope, before: deadline) { transaction in
            var opening = Batch()
            opening.append(.lockStep)
            opening.append(.makeMigrationTable)
            opening.append(.appliedMigrations)
            let rows = try await transaction.run(opening)[2]
            let steps = try MigrationPlan.steps(
                of: [plan.platform],
                after: try MigrationPlan.Applied.all(in: rows),
                in: place
            )
            try await Self.apply(steps, place, in: transaction)
            var closing = Batch()
            closing.append(.publishVersions)
            _ = try await transaction.run(closing)
            return steps.count
        }
    }

    /// The tenants that are not done yet, in order of their ids.
    private func pendingTenants() async throws -> [Place] {
        var batch = Batch()
        batch.append(.openRun, plan.fingerprint)
        batch.append(.pendingSteps, plan.fingerprint)
        let rows = try await pool.run(batch, as: Self.platformScope, .writes, before: deadline)[1]
        return try rows.map { try Place($0) }
    }

    // MARK: A step

    /// Migrates one tenant, and records how it went.
    private func step(_ tenant: Place) async throws -> Result<Int, SchemaError> {
        var attempt = 1
        while true {
            do {
                return .success(try await upgrade(tenant))
            } catch let error as PostgresError {
                // What is lost is not recorded either: the step stays as it was.
                if error.kind == .cancelled { throw error }
                let mayHelp = error.isRetriable || error.kind == .outcomeUnknown
                guard mayHelp, attempt < limits.attempts else {
                    return try await record(
                        .failed(place: "tenant \(tenant.id)", cause: error),
                        tenant.id
                    )
                }
                attempt += 1
            } catch let error as SchemaError {
                return try await record(error, tenant.id)
            }
        }
    }

    private func record(
        _ error: SchemaError,
        _ tenant: TenantID
    ) async throws -> Result<Int, SchemaError> {
        var batch = Batch()
        batch.append(.noteFailure, plan.fingerprint, tenant.text, "\(error)")
        _ = try await pool.run(batch, as: Self.platformScope, .writes, before: deadline)
        return .failure(error)
    }

    /// Applies to one tenant all that it lacks, as one transaction.
    ///
    /// - Parameter tenant: an active or suspended one.
    /// - Returns: how many migrations it lacked.
    /// - Throws: ``SchemaError`` or `PostgresError`.
    func upgrade(_ tenant: Place) async throws -> Int {
        guard tenant.node.isEmpty else { return try await upgradeAway(tenant) }
        let (plan, tenant) = (plan, tenant.id)
        let scope = Self.scope(of: tenant)
        return try await pool.transaction(as: scope, before: deadline) { transaction in
            let steps = try await Self.apply(plan, to: tenant, in: transaction)
            var closing = Batch()
            if !steps.isEmpty { closing.append(.noteVersions, tenant.text) }
            closing.append(.noteDone, plan.fingerprint, tenant.text)
            _ = try await transaction.run(closing)
            return steps.count
        }
    }

    /// Applies what a tenant lacks, in a transaction in its schema.
    ///
    /// - Returns: what that was.
    static func apply(
        _ plan: MigrationPlan,
        to tenant: TenantID,
        in transaction: PostgresTransaction
    ) async throws -> [MigrationPlan.Step] {
        var opening = Batch()
        opening.append(.lockStep)
        opening.append(.appliedMigrations)
        let rows = try await transaction.run(opening)[1]
        let steps = try MigrationPlan.steps(
            of: plan.tenant,
            after: try MigrationPlan.Applied.all(in: rows),
            in: "tenant \(tenant)"
        )
        try await apply(steps, "tenant \(tenant)", in: transaction)
        return steps
    }

    private static func apply(
        _ steps: [MigrationPlan.Step],
        _ place: String,
        in transaction: PostgresTransaction
    ) async throws {
        guard !steps.isEmpty else { return }
        var batch = Batch()
        for step in steps { batch.append(step) }
        do throws(PostgresError) {
            _ = try await transaction.run(batch)
        } catch {
            guard error.kind == .server, !error.isRetriable else { throw error }
            throw SchemaError.failed(place: place, cause: error)
        }
    }
}

extension Row {
    /// The tenant whose id stands in a column.
    func tenant(at column: Int) throws -> TenantID {
        let text = try read(String.self, at: column)
        guard let tenant = TenantID(text) else {
            throw SchemaError.invalidPlan("the directory has a tenant '\(text)'")
        }
        return tenant
    }
}
