internal import Net

/// A COPY that has a session to itself; it belongs to the loop.
///
/// ```
///  begun ──▶ copying ──▶ ending ──▶ over
///    └─────────┴───────────┴──▶ over: the session was lost, or closed for an abandoned COPY
/// ```
final class CopyExchange: SessionExchange, @unchecked Sendable {
    // `@unchecked`: passed to the loop, used there only.

    private enum State {
        case begun, copying, ending, over
    }

    private let session: Session
    private let statement: CopyStatement
    private var state = State.begun
    private var waiter: CheckedContinuation<Void, Never>?
    private var timer: Timer?
    /// What the COPY ends with, whoever says so first.
    private(set) var failure: PostgresError?
    private var noticeCount = 0
    private var isFromServer = false
    private var isFlushed = true
    private var hasArrived = false

    /// Whether the server has said something while it was being sent rows: that it failed.
    private(set) var hasServerSpoken = false
    /// How many rows the server has counted.
    private(set) var rowCount = 0

    init(_ statement: CopyStatement, on session: Session) {
        self.statement = statement
        self.session = session
    }

    private var name: String { "\(statement.name)" }

    var isOver: Bool { state == .over }

    /// Begins, and waits until the server is ready for rows, or has some.
    func begin(before deadline: ContinuousClock.Instant) async throws(PostgresError) {
        noticeCount = session.libpq?.noticeCount ?? 0
        let sql = statement.sql
        guard session.begin(self, sending: { unsafe $0.sendOnce(sql.cString, [], []) }) else {
            throw PostgresError(.misuse, "the connection is busy", query: name)
        }
        let loop = session.loop
        timer = loop.schedule(after: loop.now.duration(to: deadline)) { [weak self] in
            self?.abandon(PostgresError(.deadlineExceeded, "the deadline has passed"))
        }
        try await waitUntil { $0.state != .begun }
    }

    /// Waits until a condition holds, or the COPY has failed.
    private func waitUntil(
        _ holds: (CopyExchange) -> Bool
    ) async throws(PostgresError) {
        while !holds(self), failure == nil {
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter = $0 }
            } onCancel: {
                session.loop.execute {
                    self.abandon(PostgresError(.cancelled, "the caller was cancelled"))
                }
            }
        }
        if let failure { throw failure }
    }

    private func wake() {
        let waiter = waiter.take()
        waiter?.resume()
    }

    // MARK: To the server

    /// Gives bytes to the server, and waits while it does not take them.
    ///
    /// No more than these are ever unsent: libpq would take any number of them into memory.
    func send(_ bytes: RawSpan) async throws(PostgresError) {
        if let failure { throw failure }
        guard let libpq = session.libpq, state == .copying else {
            throw PostgresError(.misuse, "the COPY is over", query: name)
        }
        if hasServerSpoken { return try await end(failing: "the server has refused a row") }
        guard libpq.putCopy(bytes) else { return session.lost() }
        isFlushed = session.flush()
        if isFlushed {
            // Who writes as fast as the server reads would keep the loop from everything else, and
            // from hearing what the server says.
            await Task.yield()
        } else {
            try await waitUntil { $0.isFlushed }
        }
        if Task.isCancelled {
            abandon(PostgresError(.cancelled, "the caller was cancelled", query: name))
        }
    }

    /// Ends a COPY to the server, and waits for its word.
    ///
    /// - Parameter reason: why it is to fail; nil if all rows have been sent.
    /// - Throws: ``PostgresError``, the first thing that failed.
    func end(failing reason: String? = nil) async throws(PostgresError) {
        if let failure { throw failure }
        guard let libpq = session.libpq, state == .copying else {
            throw PostgresError(.misuse, "the COPY is over", query: name)
        }
        state = .ending
        let refusal = hasServerSpoken ? reason ?? "the server has refused a row" : reason
        guard libpq.endCopy(failing: refusal) else { return session.lost() }
        session.flush()
        try await waitUntil { $0.state == .over }
    }

    // MARK: From the server

    /// The next bytes from the server; nil after the last.
    ///
    /// Nothing is taken from the kernel before it is asked for.
    func receive(_ take: (RawSpan) -> Void) async throws(PostgresError) -> Bool {
        while true {
            if let failure { throw failure }
            guard let libpq = session.libpq, state == .copying else { return false }
            switch libpq.takeCopy() {
            case .bytes(let part):
                take(part.bytes)
                return true
            case .end:
                state = .ending
                readResults(libpq)
                try await waitUntil { $0.state == .over }
                return false
            case .notYet:
                hasArrived = false
                session.setPaused(false)
                try await waitUntil { $0.hasArrived || $0.state != .copying }
            }
        }
    }

    // MARK: The session

    func sessionReadable(_ libpq: LibpqConnection) {
        switch state {
        case .begun, .ending: readResults(libpq)
        case .copying:
            if isFromServer {
                // Nobody asked for more: the rest stays with the kernel, and so with the server.
                if waiter == nil { session.setPaused(true) }
                hasArrived = true
            } else {
                // Of what comes while rows are sent, libpq itself takes in notices only.
                _ = libpq.isBusy
                if libpq.noticeCount == noticeCount { hasServerSpoken = true }
                noticeCount = libpq.noticeCount
            }
            wake()
        case .over: break
        }
    }

    private func readResults(_ libpq: LibpqConnection) {
        while state == .begun || state == .ending, !libpq.isBusy {
            guard let result = libpq.nextResult() else { return finish() }
            switch result.status {
            case .copyIn, .copyOut:
                isFromServer = result.status == .copyOut
                state = .copying
                wake()
            case .done: rowCount = result.affectedRows
            default:
                if failure == nil { failure = PostgresError(result, query: name) }
                state = .ending
            }
        }
    }

    private func finish() {
        state = .over
        timer?.cancel()
        timer = nil
        session.endExchange()
        wake()
    }

    func sessionFlushed() {
        isFlushed = true
        wake()
    }

    func sessionClosed(_ error: PostgresError) {
        state = .over
        timer?.cancel()
        timer = nil
        if failure == nil {
            failure = PostgresError(error.kind, error.message, query: name, report: error.report)
        }
        wake()
    }

    /// Gives the COPY up: the connection goes with it, which ends it on the server at once.
    func abandon(_ reason: PostgresError) {
        guard state != .over else { return }
        session.close(reason)
    }
}

extension PostgresTransaction {
    /// Begins a COPY, for which the connection is the transaction's alone.
    func beginCopy(_ statement: CopyStatement) async throws -> CopyExchange {
        try checkLoop()
        let exchange = CopyExchange(statement, on: try await beginAlone())
        do throws(PostgresError) {
            try await exchange.begin(before: deadline)
        } catch {
            try note(Result<Void, PostgresError>.failure(error))
            throw error
        }
        return exchange
    }
}
