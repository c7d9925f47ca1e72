public import Net

/// Connections to one database, for those who may have one: the rest of the house reaches a
/// database by its tenant's scope.
///
/// Each loop of the group has connections of its own: what a handler on a loop asks for stays
/// there. Who finds none free waits in line, until his own deadline. What changes a session for
/// longer than a transaction is undone, if need be by closing the connection, before others get it.
@_spi(PostgresSessions)
public final class PostgresPool: Sendable {
    private let pools: [LoopPool]
    private let group: EventLoopGroup

    /// Makes a pool; it connects when it is first needed.
    ///
    /// - Parameters:
    ///   - dsn: the database.
    ///   - group: the loops.
    ///   - blocking: where names are looked up and cancellations sent; it outlives the pool.
    ///   - configuration: how many connections, and for how long.
    public init(
        _ dsn: PostgresDSN,
        group: EventLoopGroup,
        blocking: WorkerPool,
        configuration: PostgresPoolConfiguration = PostgresPoolConfiguration()
    ) {
        precondition(
            configuration.maximumConnections > 0 && configuration.maximumPipelined > 0
                && configuration.keptStatements > 0,
            "a pool has connections, and room on them"
        )
        self.group = group
        pools = group.loops.map { LoopPool(dsn, on: $0, blocking: blocking, configuration) }
    }

    /// The connections of the caller's loop, or of one in turn.
    private var pool: LoopPool {
        pools[(group.loops.first(where: \.isCurrent) ?? group.next()).index]
    }

    // MARK: Short reads and writes

    /// What a batch does.
    public enum Effect: Sendable {
        /// It only reads, and the server holds it to that: it is sent again if the connection is
        /// lost.
        case reads
        /// It writes: all of it, or nothing.
        case writes
    }

    /// Runs statements as one transaction, in one round trip.
    ///
    /// - Parameters:
    ///   - batch: the statements, at least one.
    ///   - scope: whose rows they see; nil for the login's own rights.
    ///   - effect: what they do.
    ///   - deadline: when the answer must be here.
    /// - Returns: the rows of each, in order.
    /// - Throws: ``PostgresError``; `outcomeUnknown` only if the batch writes.
    public func run(
        _ batch: Batch,
        as scope: SessionScope?,
        _ effect: Effect,
        before deadline: ContinuousClock.Instant
    ) async throws(PostgresError) -> [Rows] {
        precondition(batch.count > 0, "a batch has statements")
        let pool = pool
        if pool.loop.isCurrent {
            return try await Self.run(batch, as: scope, effect, deadline, pool)
        }
        let result: Result<[Rows], PostgresError> = await withTaskExecutorPreference(pool.loop) {
            guard await pool.loop.arrive() else { return .failure(.loopStopped) }
            do throws(PostgresError) {
                return .success(try await Self.run(batch, as: scope, effect, deadline, pool))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func run(
        _ batch: Batch,
        as scope: SessionScope?,
        _ effect: Effect,
        _ deadline: ContinuousClock.Instant,
        _ pool: LoopPool
    ) async throws(PostgresError) -> [Rows] {
        var all = Batch()
        let remaining = pool.loop.now.duration(to: deadline)
        all.appendPreamble(scope, isReadOnly: effect == .reads, remaining: remaining)
        all.append(contentsOf: batch)
        let outcome = await Flight.run(
            all,
            schema: scope?.schema ?? "",
            effect: effect == .reads ? .none : .committed,
            before: deadline,
            on: pool.loop
        ) { pool.submit($0) }
        return zip(try outcome.get(), batch.steps).map { Rows($0, of: $1.statement) }
    }

    // MARK: Transactions

    /// Runs a transaction on a connection of its own.
    ///
    /// - Parameters:
    ///   - scope: whose rows it sees; nil for the login's own rights.
    ///   - options: what it sees of others, and whether it may write.
    ///   - deadline: when it must be over; then it is rolled back, wherever it is.
    ///   - body: the statements; on a loop. What it throws rolls the transaction back.
    /// - Returns: what the closure returns, once it is committed.
    /// - Throws: what the closure throws, or ``PostgresError``.
    public func transaction<Value: Sendable>(
        as scope: SessionScope?,
        _ options: TransactionOptions = TransactionOptions(),
        before deadline: ContinuousClock.Instant,
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let pool = pool
        return try await withTaskExecutorPreference(pool.loop) {
            guard await pool.loop.arrive() else { throw PostgresError.loopStopped }
            return try await pool.transaction(as: scope, options, before: deadline, body)
        }
    }

    // MARK: The pool itself

    /// What it holds and has done.
    public var statistics: PostgresPoolStatistics {
        get async {
            var sum = PostgresPoolStatistics()
            for pool in pools {
                let part = await withTaskExecutorPreference(pool.loop) {
                    await pool.loop.arrive() ? pool.statistics : PostgresPoolStatistics()
                }
                sum = sum + part
            }
            return sum
        }
    }

    /// Refuses those who wait, and closes each connection once what is on its way has ended.
    public func close() async {
        for pool in pools {
            await withTaskExecutorPreference(pool.loop) {
                if await pool.loop.arrive() { pool.close() }
            }
        }
    }
}

extension PostgresError {
    static let loopStopped = PostgresError(.closed, "the loop has stopped")
}
