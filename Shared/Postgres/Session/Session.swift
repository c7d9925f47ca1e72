internal import Net

/// Is told what becomes of a session; on its loop.
protocol SessionOwner: AnyObject {
    /// A flight has ended, or a cancellation: the session may have room.
    func sessionAdvanced(_ session: Session)
    /// A flight surely did nothing, through no fault of its own, and can be sent again.
    func session(_ session: Session, returns flight: Flight)
    /// The session is over.
    func sessionClosed(_ session: Session, _ error: PostgresError)
}

/// One connection to the server, on its loop.
///
/// In pipeline mode, all but always: flights are sent as they come, and answered in order. A COPY
/// or a script takes it out of that mode, when no flight is on its way, and is alone with it.
///
/// ```
///  opening ──▶ pipelined ◀──▶ exchange (COPY, script)
///     └────────────┴──────────────┴──▶ closed: all that waits fails
/// ```
final class Session: @unchecked Sendable {
    // `@unchecked`: confined to its loop, which each entry point asserts.

    let loop: EventLoop
    let blocking: WorkerPool
    let limits: SessionLimits
    weak var owner: (any SessionOwner)?

    /// Nil once the session is closed.
    var libpq: LibpqConnection?
    var watch: DescriptorWatch?
    private var interest: Readiness = .readable
    var statements: StatementCache
    var cancelling = Cancelling()

    /// What has the connection to itself, outside pipeline mode.
    private(set) var exchange: (any SessionExchange)?

    /// The flights on their way, in order.
    private(set) var first: Flight?
    private var last: Flight?
    private(set) var flightCount = 0
    /// Whether libpq will say that a statement has no more results.
    var isEndDue = false
    /// Whether rows have been left unread because nobody takes them.
    var isPaused = false

    /// Why it was closed.
    private(set) var failure: PostgresError?
    /// What the settings of a clean session look like; empty until they have been read.
    var fingerprint = ""
    /// Told of each notification.
    var onNotification: ((Notification) -> Void)?

    /// Takes over a connection that stands.
    init(_ libpq: LibpqConnection, on loop: EventLoop, blocking: WorkerPool, limits: SessionLimits)
    {
        self.libpq = libpq
        self.loop = loop
        self.blocking = blocking
        self.limits = limits
        statements = StatementCache(limit: limits.keptStatements)
    }

    var isClosed: Bool { libpq == nil }

    /// Begins to listen to the server.
    func start() {
        assert(loop.isCurrent, "a session belongs to its loop")
        guard let libpq else { return }
        guard libpq.becomeReady() else {
            return close(PostgresError(.connectFailed, libpq.failureText))
        }
        do {
            watch = try loop.watch(libpq.descriptor, for: interest, handler: self)
        } catch {
            close(PostgresError(.connectFailed, "\(error)"))
        }
    }

    // MARK: Sending

    /// Sends a flight behind those that are on their way.
    func send(_ flight: Flight) {
        assert(loop.isCurrent, "a session belongs to its loop")
        if let failure { return flight.finish(.failure(failure)) }
        guard let libpq, exchange == nil, flight.rows == nil || first == nil else {
            let text = "the connection is busy with rows or a COPY"
            return flight.finish(.failure(PostgresError(.misuse, text)))
        }
        forgetRetired(libpq, flight)
        append(flight)
        flight.begin(on: self)
        guard sendSteps(of: flight, libpq), libpq.sendSync() else { return lost() }
        flush()
    }

    private func sendSteps(of flight: Flight, _ libpq: LibpqConnection) -> Bool {
        let maker = ObjectIdentifier(flight)
        let bytes = flight.batch.bytes
        for (index, step) in flight.batch.steps.enumerated() {
            let fields = flight.batch.fields[step.fields]
            var kept: StatementCache.Kept?
            let schema = step.isKept ? flight.schema : ""
            let form =
                flight.rows == nil
                ? statements.form(of: step.statement, in: schema, fields, by: maker) : .once
            switch form {
            case .new(let new):
                guard libpq.sendPrepare(new.name, step.statement.sql, fields) else { return false }
                flight.due.append(.prepared(new))
                kept = new
            case .kept(let known): kept = known
            case .once: break
            }
            let isSent =
                if let kept {
                    libpq.sendPrepared(kept.name, bytes, fields)
                } else {
                    unsafe libpq.sendOnce(step.statement.sql.cString, bytes, fields)
                }
            guard isSent else { return false }
            flight.due.append(.done(step: index, kept: kept))
        }
        return flight.rows == nil || libpq.setSingleRowMode()
    }

    /// Has the server forget statements that are not used any more: between transactions only, as a
    /// failed one would not.
    private func forgetRetired(_ libpq: LibpqConnection, _ flight: Flight) {
        guard flight.isSelfContained, !statements.retired.isEmpty else { return }
        let names = statements.takeRetired()
        let housekeeping = Flight(Batch(), schema: "", effect: .pending) { _ in }
        append(housekeeping)
        housekeeping.begin(on: self)
        for name in names {
            // The name is the cache's own: a letter and a number.
            let text = Array("deallocate ".utf8CString.dropLast()) + name
            // The array lives during the call, and ends in NUL.
            guard unsafe libpq.sendOnce(text, [], []) else { return }
            housekeeping.due.append(.ignored)
        }
        _ = libpq.sendSync()
    }

    private func append(_ flight: Flight) {
        if let last { last.next = flight } else { first = flight }
        last = flight
        flightCount += 1
    }

    /// Takes the first flight off the list.
    func removeFirst() -> Flight? {
        guard let flight = first else { return nil }
        first = flight.next
        flight.next = nil
        if first == nil { last = nil }
        flightCount -= 1
        return flight
    }

    // MARK: The socket

    /// Sends what the kernel takes, and asks to be told when it takes more.
    ///
    /// - Returns: whether all has been sent.
    @discardableResult
    func flush() -> Bool {
        guard let libpq else { return false }
        guard let isDone = libpq.flush() else {
            lost()
            return false
        }
        watch(forWriting: !isDone)
        return isDone
    }

    private func watch(forWriting isWriting: Bool) {
        var wanted: Readiness = isPaused ? [] : .readable
        if isWriting { wanted.insert(.writable) }
        guard wanted != interest, let watch else { return }
        interest = wanted
        do {
            try loop.change(watch, to: wanted)
        } catch {
            close(PostgresError(.connectionLost, "\(error)"))
        }
    }

    /// Stops or begins to take in what the server sends.
    func setPaused(_ isPaused: Bool) {
        self.isPaused = isPaused
        watch(forWriting: interest.contains(.writable))
    }

    /// Closes the session because the connection is lost.
    func lost() {
        let text = libpq?.failureText ?? ""
        close(PostgresError(.connectionLost, text.isEmpty ? "the server is gone" : text.oneLine))
    }

    /// Ends the session: all that is on its way fails.
    func close(_ error: PostgresError) {
        guard libpq != nil else { return }
        failure = error
        if let watch { loop.unwatch(watch) }
        watch = nil
        cancelling.end()
        // Freeing it closes the socket.
        libpq = nil
        let exchange = exchange.take()
        exchange?.sessionClosed(error)
        while let flight = removeFirst() { fail(flight, error) }
        onNotification = nil
        owner?.sessionClosed(self, error)
    }

    /// Gives up all that is on its way.
    func abandonAll(_ reason: PostgresError) {
        // A COPY ends with its connection.
        if exchange != nil { return close(reason) }
        var flight = first
        while let abandoned = flight {
            flight = abandoned.next
            abandoned.abandon(reason)
        }
    }

    // MARK: Outside pipeline mode

    /// Gives the connection to an exchange, for it to send a command.
    ///
    /// - Returns: false if flights are on their way, or the session is closed.
    func begin(
        _ exchange: any SessionExchange,
        sending command: (LibpqConnection) -> Bool
    ) -> Bool {
        guard let libpq, first == nil, self.exchange == nil, libpq.leavePipelineMode() else {
            return false
        }
        self.exchange = exchange
        guard command(libpq) else {
            lost()
            return true
        }
        flush()
        return true
    }

    /// Takes the connection back from an exchange that has seen the end of its command.
    func endExchange() {
        exchange = nil
        setPaused(false)
        guard let libpq else { return }
        if !libpq.enterPipelineMode() { lost() }
    }
}

/// What has a session to itself: it reads the results by itself.
protocol SessionExchange: AnyObject {
    /// The server has sent something.
    func sessionReadable(_ libpq: LibpqConnection)
    /// All that was sent has left this process.
    func sessionFlushed()
    /// The session is over.
    func sessionClosed(_ error: PostgresError)
}

extension Session: DescriptorHandler {
    /// Called by the loop.
    func descriptorReady(_ readiness: Readiness) {
        guard let libpq else { return }
        if readiness.contains(.writable) {
            let isFlushed = flush()
            if isFlushed { exchange?.sessionFlushed() }
        }
        guard !isClosed, !readiness.isDisjoint(with: [.readable, .hangUp, .error]) else { return }
        if isPaused && !readiness.isDisjoint(with: [.hangUp, .error]) {
            // Reported without end otherwise, since it is reported without being asked for.
            setPaused(false)
        }
        let isAlive = libpq.consumeInput()
        if let exchange { exchange.sessionReadable(libpq) } else { receive(libpq) }
        if !isAlive, !isClosed { lost() }
    }

    /// Called by the loop.
    func loopStopped() {
        close(PostgresError(.closed, "the loop has stopped"))
    }
}

extension String {
    /// The lines of a text, in one.
    var oneLine: String {
        String(split(whereSeparator: \.isNewline).joined(separator: " ").prefix(1_024))
    }
}
