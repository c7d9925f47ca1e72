@_spi(PostgresSessions) public import Postgres

/// The rows of one tenant, until a deadline.
///
/// Whatever is run in it begins, in the same flight, with one statement that sets the tenant's
/// role, its schema as the only one in which names are looked up, and the time that is left; all
/// three end with the transaction. Statements name tables without a schema.
public struct TenantScope: Sendable {
    /// For whom, by whom, and with what scopes.
    public let context: TenantContext
    /// What the directory knows of the tenant.
    public let entry: TenantEntry
    /// When all must be over.
    public let deadline: ContinuousClock.Instant

    private let pool: PostgresPool
    private let session: SessionScope
    private let misuse: ScopeMisuse

    init(
        _ context: TenantContext,
        _ entry: TenantEntry,
        on pool: PostgresPool,
        before deadline: ContinuousClock.Instant,
        _ misuse: ScopeMisuse
    ) {
        self.context = context
        self.entry = entry
        self.pool = pool
        self.deadline = deadline
        self.misuse = misuse
        session = SessionScope(role: entry.id.roleName, schema: entry.id.schemaName)
    }

    /// The tenant.
    public var tenant: TenantID { context.tenant }

    // MARK: Short reads and writes

    /// Runs a statement that only reads; the server holds it to that.
    ///
    /// - Parameters:
    ///   - statement: the statement.
    ///   - values: what is bound to `$1` and so on.
    /// - Returns: its rows.
    /// - Throws: `PostgresError`.
    public func read<each Value: PostgresEncodable>(
        _ statement: Statement,
        _ values: repeat each Value
    ) async throws(PostgresError) -> Rows {
        var batch = Batch()
        batch.append(statement, repeat each values)
        return try await read(batch)[0]
    }

    /// Runs statements that only read, in one round trip, each as of its own beginning.
    ///
    /// - Parameter batch: at least one statement.
    /// - Returns: the rows of each.
    /// - Throws: `PostgresError`.
    public func read(_ batch: Batch) async throws(PostgresError) -> [Rows] {
        try await run(batch, .reads)
    }

    /// Runs a statement as a transaction.
    ///
    /// - Parameters: as for ``read(_:_:)``.
    /// - Returns: its rows.
    /// - Throws: `PostgresError`; `outcomeUnknown` if the connection is lost meanwhile.
    @discardableResult
    public func write<each Value: PostgresEncodable>(
        _ statement: Statement,
        _ values: repeat each Value
    ) async throws(PostgresError) -> Rows {
        var batch = Batch()
        batch.append(statement, repeat each values)
        return try await write(batch)[0]
    }

    /// Runs statements as one transaction, in one round trip.
    ///
    /// - Parameter batch: at least one statement.
    /// - Returns: the rows of each.
    /// - Throws: `PostgresError`; `outcomeUnknown` if the connection is lost meanwhile.
    @discardableResult
    public func write(_ batch: Batch) async throws(PostgresError) -> [Rows] {
        try await run(batch, .writes)
    }

    private func run(
        _ batch: Batch,
        _ effect: PostgresPool.Effect
    ) async throws(PostgresError) -> [Rows] {
        do throws(PostgresError) {
            return try await pool.run(batch, as: session, effect, before: deadline)
        } catch {
            misuse.note(error, of: context)
            throw error
        }
    }

    // MARK: Transactions

    /// Runs a transaction on a connection of its own.
    ///
    /// - Parameters:
    ///   - options: what it sees of others, and whether it may write.
    ///   - body: the statements; what it throws rolls the transaction back.
    /// - Returns: what the closure returns, once it is committed.
    /// - Throws: what the closure throws, or `PostgresError`.
    @discardableResult
    public func transaction<Value: Sendable>(
        _ options: TransactionOptions = TransactionOptions(),
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        do {
            return try await pool.transaction(as: session, options, before: deadline, body)
        } catch let error as PostgresError {
            misuse.note(error, of: context)
            throw error
        }
    }
}
