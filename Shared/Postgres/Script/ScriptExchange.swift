internal import Net

/// Statements without values, one after the other, that have a session to themselves; it belongs to
/// the loop.
final class ScriptExchange: SessionExchange, @unchecked Sendable {
    // `@unchecked`: passed to the loop, used there only.

    private let session: Session
    private let name: String
    private let promise = Promise<Result<Void, PostgresError>>()
    private var timer: Timer?
    private var failure: PostgresError?

    init(_ name: String, on session: Session) {
        self.session = session
        self.name = name
    }

    /// Runs the statements, up to the first that fails.
    func run(
        _ sql: String,
        before deadline: ContinuousClock.Instant
    ) async throws(PostgresError) {
        let loop = session.loop
        let cancelled = PostgresError(.cancelled, "the caller was cancelled", query: name)
        if Task.isCancelled { throw cancelled }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                promise.continuation = continuation
                timer = loop.schedule(after: loop.now.duration(to: deadline)) { [weak self] in
                    self?.abandon(PostgresError(.deadlineExceeded, "the deadline has passed"))
                }
                if !session.begin(self, sending: { $0.sendScript(sql) }) {
                    finish(.failure(PostgresError(.misuse, "the connection is busy", query: name)))
                }
            }
        } onCancel: {
            loop.execute { self.abandon(cancelled) }
        }
        try result.get()
    }

    func sessionReadable(_ libpq: LibpqConnection) {
        while !libpq.isBusy {
            guard let result = libpq.nextResult() else {
                session.endExchange()
                return finish(failure.map { .failure($0) } ?? .success(()))
            }
            switch result.status {
            case .done: break
            case .copyIn, .copyOut:
                return session.close(PostgresError(.misuse, "a script cannot COPY", query: name))
            default: if failure == nil { failure = PostgresError(result, query: name) }
            }
        }
    }

    func sessionFlushed() {}

    func sessionClosed(_ error: PostgresError) {
        let cause = failure ?? error
        finish(
            .failure(PostgresError(cause.kind, cause.message, query: name, report: cause.report))
        )
    }

    /// Gives the script up: the connection goes with it, which ends it on the server at once.
    private func abandon(_ reason: PostgresError) {
        if promise.continuation != nil { session.close(reason) }
    }

    private func finish(_ result: Result<Void, PostgresError>) {
        timer?.cancel()
        timer = nil
        promise.fulfil(result)
    }
}

extension PostgresTransaction {
    /// Runs statements that the programs of migrations have made, names of tenants' schemas and
    /// roles included.
    ///
    /// This is the one road on which text reaches the server as SQL: nothing of a request may be in
    /// it.
    ///
    /// - Parameters:
    ///   - name: what errors call it.
    ///   - sql: any number of statements without values; none of them may end the transaction.
    /// - Throws: ``PostgresError`` of the first that fails.
    @_spi(PostgresSessions)
    public func runScript(_ name: String, _ sql: String) async throws(PostgresError) {
        guard !sql.utf8.contains(0) else {
            throw PostgresError(.invalidValue, "a script with U+0000", query: name)
        }
        try checkLoop()
        let script = ScriptExchange(name, on: try await beginAlone())
        do throws(PostgresError) {
            try await script.run(sql, before: deadline)
        } catch {
            try note(Result<Void, PostgresError>.failure(error))
        }
    }
}
