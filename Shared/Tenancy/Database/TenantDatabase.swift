public import Net
@_spi(PostgresSessions) public import Postgres
public import RPC
public import Telemetry

/// The databases of a process that serves tenants: it hands out ``TenantScope``s, the only road to
/// a tenant's rows.
///
/// The login of the service has no rights on any tenant; pools are kept by connection string, so
/// that tenants may lie on several servers.
public final class TenantDatabase: Sendable {
    /// Who the tenants are.
    public let directory: TenantDirectory
    /// The platform's own schema, with the rights of the service's login; for stores of this
    /// library.
    @_spi(PostgresSessions) public let platform: PostgresPool

    private let dsn: PostgresDSN
    private let pools: PostgresPools
    private let poolsAside: PostgresPools
    private let requirements: [SchemaRequirement]
    private let limits: Limits
    private let misuse: ScopeMisuse

    /// How long is waited for a database.
    public struct Limits: Sendable {
        /// When the work of a call that sets no deadline must be over.
        public var withoutDeadline: Duration = .seconds(30)

        /// The defaults.
        public init() {}
    }

    /// The databases of a service.
    ///
    /// - Parameters:
    ///   - dsn: the platform's database, with the login of the service.
    ///   - group: the loops.
    ///   - blocking: where names are looked up; it outlives this.
    ///   - requirements: which schemas the service's code works with.
    ///   - openCalls: the streams that are ended with their tenant; nil if there are none.
    ///   - configuration: of each pool.
    ///   - freshness: of the directory.
    ///   - limits: how long is waited.
    ///   - registry: where statements that were refused their rights are counted; once for each
    ///     registry.
    ///   - logger: where they are logged.
    /// - Throws: `PostgresError`, of no kind that one database alone can cause.
    public init(
        _ dsn: PostgresDSN,
        group: EventLoopGroup,
        blocking: WorkerPool,
        requirements: [SchemaRequirement] = [],
        openCalls: OpenCalls? = nil,
        configuration: PostgresPoolConfiguration = PostgresPoolConfiguration(),
        freshness: TenantDirectory.Limits = TenantDirectory.Limits(),
        limits: Limits = Limits(),
        registry: MetricRegistry,
        logger: Logger
    ) throws(PostgresError) {
        pools = PostgresPools(group: group, blocking: blocking, configuration: configuration)
        var aside = configuration
        aside.maximumConnections = 1
        poolsAside = PostgresPools(group: group, blocking: blocking, configuration: aside)
        platform = try pools.pool(for: dsn)
        directory = TenantDirectory(
            platform,
            openCalls: openCalls,
            limits: freshness,
            logger: logger
        )
        misuse = ScopeMisuse(registry: registry, logger: logger)
        self.dsn = dsn
        self.requirements = requirements
        self.limits = limits
    }

    /// Closes all connections, once what is on its way has ended.
    public func close() async {
        await pools.close()
        await poolsAside.close()
    }

    /// The pool of a node, with the rights of the service's login; for stores of this library.
    ///
    /// - Parameter node: what the directory calls it; empty for the platform's own.
    /// - Returns: the pool that the tenants' scopes of the node use.
    /// - Throws: `PostgresError`.
    @_spi(PostgresSessions)
    public func nodePool(_ node: String) throws(PostgresError) -> PostgresPool {
        try pools.pool(for: try nodeDSN(node))
    }

    /// How the service logs into a node, for those who listen there.
    ///
    /// - Parameter node: what the directory calls it; empty for the platform's own.
    /// - Returns: the connection string.
    /// - Throws: `PostgresError`.
    @_spi(PostgresSessions)
    public func nodeDSN(_ node: String) throws(PostgresError) -> PostgresDSN {
        try dsn.moved(to: node)
    }

    // MARK: Scopes

    /// The rows of the tenant of a call, until the call's deadline.
    ///
    /// - Parameter call: one that a ``TenantGuard`` has let through.
    /// - Returns: the scope.
    /// - Throws: UNAUTHENTICATED, PERMISSION_DENIED, or UNAVAILABLE if the tenant's schema is too
    ///   old for the code.
    public func scope(for call: ServerCall) throws(RPCError) -> TenantScope {
        let deadline = call.deadline ?? .now.advanced(by: limits.withoutDeadline)
        return try scope(for: try call.tenant.context, before: deadline)
    }

    /// The rows of a tenant, for those whose context did not come with a call, as jobs.
    ///
    /// - Parameters:
    ///   - context: for whom something is done.
    ///   - deadline: when it must be over.
    /// - Returns: the scope.
    /// - Throws: as ``scope(for:)``.
    public func scope(
        for context: TenantContext,
        before deadline: ContinuousClock.Instant
    ) throws(RPCError) -> TenantScope {
        try scope(for: context, on: pools, before: deadline)
    }

    /// The same on a connection of each loop that is kept aside for what must not wait for others,
    /// as heartbeats; what is done by it is short, and waits for no locks.
    ///
    /// - Parameters:
    ///   - context: for whom something is done.
    ///   - deadline: when it must be over.
    /// - Returns: the scope.
    /// - Throws: as ``scope(for:)``.
    @_spi(PostgresSessions)
    public func scopeAside(
        for context: TenantContext,
        before deadline: ContinuousClock.Instant
    ) throws(RPCError) -> TenantScope {
        try scope(for: context, on: poolsAside, before: deadline)
    }

    private func scope(
        for context: TenantContext,
        on pools: PostgresPools,
        before deadline: ContinuousClock.Instant
    ) throws(RPCError) -> TenantScope {
        let entry: TenantEntry
        do throws(AccessRefusal) {
            entry = try directory.activeEntry(of: context.tenant)
        } catch {
            throw error.error
        }
        for requirement in requirements {
            if let missing = requirement.missing(in: entry.versions) {
                throw RPCError(
                    .unavailable,
                    "the tenant's schema lacks migration \(missing)",
                    logMessage: "tenant \(entry.id) lacks migration \(missing)"
                )
            }
        }
        do throws(PostgresError) {
            return TenantScope(
                context,
                entry,
                on: try pools.pool(for: try nodeDSN(entry.node)),
                before: deadline,
                misuse
            )
        } catch {
            throw RPCError(error)
        }
    }
}

extension PostgresDSN {
    /// Keywords that say where a database is; who logs in is not among them.
    private static let places = [
        "host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert", "target_session_attrs",
    ]

    /// The same login on another node.
    ///
    /// - Parameter node: the keywords in which it differs, as the directory has them.
    /// - Returns: itself for an empty text.
    /// - Throws: `PostgresError` of the kind `invalidDSN`.
    package func moved(to node: String) throws(PostgresError) -> PostgresDSN {
        if node.isEmpty { return self }
        let other = try PostgresDSN(node)
        return Self.places.reduce(self) { dsn, keyword in
            other[keyword].map { dsn.with(keyword, $0) } ?? dsn
        }
    }
}
