internal import Net

/// A transaction, for as long as the closure that was given it runs.
///
/// Nothing is sent before the first statement, with which its beginning travels; it is committed
/// when the closure returns, and rolled back when it throws or the time is up. Statements of
/// several tasks are sent as they come; one that fails fails all that follow, up to a savepoint.
public final class PostgresTransaction: Sendable {
    // The state belongs to the loop, on which all that is public arrives first.
    private nonisolated(unsafe) var state: State
    let loop: EventLoop
    /// When all of it must be over.
    public let deadline: ContinuousClock.Instant

    private struct State {
        var session: Session?
        let scope: SessionScope?
        let options: TransactionOptions
        var hasBegun = false
        /// Why nothing more can be done.
        var ending: PostgresError?
        var afterCommit: [@Sendable () -> Void] = []
    }

    init(
        _ session: Session,
        as scope: SessionScope?,
        _ options: TransactionOptions,
        before deadline: ContinuousClock.Instant
    ) {
        unsafe state = State(session: session, scope: scope, options: options)
        loop = session.loop
        self.deadline = deadline
    }

    // MARK: Statements

    /// Runs a statement.
    ///
    /// - Parameters:
    ///   - statement: the statement.
    ///   - values: what is bound to `$1` and so on.
    /// - Returns: its rows, all in memory.
    /// - Throws: ``PostgresError``.
    @discardableResult
    public func query<each Value: PostgresEncodable>(
        _ statement: Statement,
        _ values: repeat each Value
    ) async throws(PostgresError) -> Rows {
        var batch = Batch()
        batch.append(statement, repeat each values)
        return try await run(batch)[0]
    }

    /// Runs statements in one round trip; after the first that fails none is run.
    ///
    /// - Parameter batch: the statements, at least one.
    /// - Returns: the rows of each, in order.
    /// - Throws: ``PostgresError``.
    public func run(_ batch: Batch) async throws(PostgresError) -> [Rows] {
        precondition(batch.count > 0, "a batch has statements")
        return try await onLoop { () async throws(PostgresError) in
            let session = try usableSession()
            var all = takeBeginning(now: loop.now)
            all.append(contentsOf: batch)
            let outcome = await session.run(
                all,
                schema: schema,
                effect: .pending,
                before: deadline
            )
            return zip(try note(outcome), batch.steps).map { Rows($0, of: $1.statement) }
        }
    }

    /// What takes several steps belongs into the transaction's closure, which is on the loop.
    func checkLoop() throws(PostgresError) {
        if loop.isCurrent { return }
        throw PostgresError(.misuse, "rows are sent and taken inside the transaction's closure")
    }

    /// Does something on the loop, where the caller mostly is already.
    func onLoop<Value>(
        _ body: () async throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        if loop.isCurrent { return try await body() }
        let result: Result<Value, PostgresError> = await withTaskExecutorPreference(loop) {
            guard await loop.arrive() else { return .failure(.loopStopped) }
            do throws(PostgresError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    var schema: String { unsafe state.scope?.schema ?? "" }

    /// Whether names are looked up in a schema; on the loop.
    package func isIn(schema: String) -> Bool { self.schema == schema }

    /// The session, if statements can be sent.
    func usableSession() throws(PostgresError) -> Session {
        if let ending = unsafe state.ending { throw ending }
        guard let session = unsafe state.session else {
            throw PostgresError(.misuse, "the transaction is over")
        }
        return session
    }

    /// What must be sent before the first statement, once.
    func takeBeginning(now: ContinuousClock.Instant) -> Batch {
        var batch = Batch()
        if unsafe state.hasBegun { return batch }
        unsafe state.hasBegun = true
        batch.appendUnkept(unsafe state.options.begin)
        batch.appendPreamble(
            unsafe state.scope,
            remaining: now.duration(to: deadline)
        )
        return batch
    }

    /// Begins now, for what cannot be sent together with the beginning.
    func beginAlone() async throws(PostgresError) -> Session {
        let session = try usableSession()
        let beginning = takeBeginning(now: loop.now)
        if beginning.count > 0 {
            let outcome = await session.run(
                beginning,
                schema: schema,
                effect: .pending,
                before: deadline
            )
            _ = try note(outcome)
        }
        return try usableSession()
    }

    /// Ends the transaction for good if its caller is gone, or its session.
    @discardableResult
    func note<Value>(_ outcome: Result<Value, PostgresError>) throws(PostgresError) -> Value {
        if case .failure(let error) = outcome {
            switch error.kind {
            case .cancelled, .deadlineExceeded, .connectionLost, .closed:
                unsafe state.ending = error
            default: break
            }
        }
        return try outcome.get()
    }

    // MARK: The end

    /// Does something once the transaction is committed, as giving a hint that may be lost.
    ///
    /// It is not done if the transaction is rolled back; it is if nobody knows.
    ///
    /// - Parameter action: returns at once; on the loop.
    /// - Throws: ``PostgresError`` outside of the transaction's closure.
    public func afterCommit(_ action: @escaping @Sendable () -> Void) throws(PostgresError) {
        try checkLoop()
        _ = try usableSession()
        unsafe state.afterCommit.append(action)
    }

    /// Takes the session away: nothing more can be done.
    ///
    /// - Returns: the session, nil if it had been taken.
    func end(_ reason: PostgresError) -> Session? {
        if unsafe state.ending == nil { unsafe state.ending = reason }
        return unsafe state.session.take()
    }

    /// Commits what has been done, if anything has.
    ///
    /// - Throws: ``PostgresError``: `rolledBack` if a statement had failed, `outcomeUnknown` if no
    ///   answer came.
    func commit() async throws(PostgresError) {
        let session = try usableSession()
        guard unsafe state.hasBegun else { return }
        var batch = Batch()
        batch.appendUnkept(.commit)
        let outcome = await session.run(
            batch,
            schema: "",
            effect: .commit,
            before: deadline
        )
        let actions = unsafe state.afterCommit
        unsafe state.afterCommit = []
        var isCommitted = true
        if case .failure(let error) = outcome { isCommitted = error.kind == .outcomeUnknown }
        if isCommitted { for action in actions { action() } }
        _ = try note(outcome)
    }
}
