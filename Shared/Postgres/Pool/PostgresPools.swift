public import Net

/// The pools of all databases that a process uses, each made when it is first asked for.
@_spi(PostgresSessions)
public final class PostgresPools: Sendable {
    private let pools = Locked<[PostgresDSN: PostgresPool]>([:])
    private let group: EventLoopGroup
    private let blocking: WorkerPool
    private let configuration: PostgresPoolConfiguration
    private let limit: Int

    /// Pools to come.
    ///
    /// - Parameters:
    ///   - group: the loops.
    ///   - blocking: where names are looked up and cancellations sent; it outlives the pools.
    ///   - configuration: that of each pool.
    ///   - limit: how many databases there may be, at least 1.
    public init(
        group: EventLoopGroup,
        blocking: WorkerPool,
        configuration: PostgresPoolConfiguration = PostgresPoolConfiguration(),
        limit: Int = 64
    ) {
        self.group = group
        self.blocking = blocking
        self.configuration = configuration
        self.limit = limit
    }

    /// The pool of a database.
    ///
    /// - Parameter dsn: the database; strings that mean the same are the same.
    /// - Returns: the same pool each time.
    /// - Throws: ``PostgresError`` of the kind `poolExhausted` if there are too many databases.
    public func pool(for dsn: PostgresDSN) throws(PostgresError) -> PostgresPool {
        let pool: PostgresPool? = pools.withLock { pools in
            if let known = pools[dsn] { return known }
            guard pools.count < limit else { return nil }
            let pool = PostgresPool(
                dsn,
                group: group,
                blocking: blocking,
                configuration: configuration
            )
            pools[dsn] = pool
            return pool
        }
        guard let pool else {
            throw PostgresError(.poolExhausted, "there are pools for \(limit) databases already")
        }
        return pool
    }

    /// Closes all pools, and forgets them.
    public func close() async {
        let all = pools.withLock { pools in
            defer { pools = [:] }
            return Array(pools.values)
        }
        for pool in all { await pool.close() }
    }
}
