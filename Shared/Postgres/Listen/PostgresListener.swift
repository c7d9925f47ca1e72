public import Net

/// A LISTEN with a name; both are literals, as of a ``Statement``.
public struct ListenStatement: Sendable {
    let statement: Statement

    /// A LISTEN by its literals.
    ///
    /// - Parameters:
    ///   - name: what it is called, as `<area>.listen_<noun>`.
    ///   - sql: `listen` and a channel.
    public init(_ name: StaticString, _ sql: StaticString) {
        precondition("\(sql)".hasPrefix("listen "), "\(name): this is no LISTEN")
        statement = Statement(reserved: name, sql)
    }
}

/// Hears notifications on a connection of its own, which it renews when it is lost.
@_spi(PostgresSessions)
public struct PostgresListener: Sendable {
    /// What is heard.
    public enum Event: Sendable, Hashable {
        /// From now on it listens; what was said before may have been missed.
        case listening
        /// Someone said something.
        case notification(Notification)
    }

    private let dsn: PostgresDSN
    private let statements: [ListenStatement]
    private let loop: EventLoop
    private let blocking: WorkerPool

    /// How many events wait for whoever reads them; older ones are dropped, as hints may be.
    private static let mostWaiting = 1_024
    private static let connectTimeout = Duration.seconds(5)
    private static let retryDelay = Duration.milliseconds(50)
    private static let longestRetryDelay = Duration.seconds(1)

    /// A listener; it connects when ``events()`` is called.
    ///
    /// - Parameters:
    ///   - dsn: the database.
    ///   - statements: the channels.
    ///   - loop: where it runs.
    ///   - blocking: where names are looked up; it outlives the listener.
    public init(
        _ dsn: PostgresDSN,
        _ statements: [ListenStatement],
        on loop: EventLoop,
        blocking: WorkerPool
    ) {
        self.dsn = dsn
        self.statements = statements
        self.loop = loop
        self.blocking = blocking
    }

    /// Listens until nobody reads the stream any more, or the loop stops.
    ///
    /// - Returns: what is heard; it ends with the loop only.
    public func events() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Event.self,
            bufferingPolicy: .bufferingNewest(Self.mostWaiting)
        )
        let task = Task(executorPreference: loop) {
            if await loop.arrive() { await listen { continuation.yield($0) } }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    private func listen(_ report: @escaping (Event) -> Void) async {
        var delay = Self.retryDelay
        while !Task.isCancelled {
            do {
                let session = try await SessionOpening.open(
                    dsn,
                    on: loop,
                    blocking: blocking,
                    limits: SessionLimits(),
                    within: Self.connectTimeout
                )
                delay = Self.retryDelay
                await serve(session, report)
            } catch {
                // The server is away: that nothing is heard is what the caller is told.
            }
            guard (try? await loop.sleep(for: delay)) != nil else { return }
            delay = min(delay * 2, Self.longestRetryDelay)
        }
    }

    /// Listens until the session is lost, or the task is cancelled.
    private func serve(_ session: Session, _ report: @escaping (Event) -> Void) async {
        let watcher = Watcher()
        session.owner = watcher
        session.onNotification = { report(.notification($0)) }
        var batch = Batch()
        for listen in statements { batch.append(listen.statement) }
        let outcome = await session.run(
            batch,
            schema: "",
            effect: .pending,
            before: loop.now.advanced(by: Self.connectTimeout)
        )
        if case .success = outcome, !session.isClosed {
            report(.listening)
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    watcher.promise.continuation = continuation
                    if session.isClosed { watcher.promise.fulfil(()) }
                }
            } onCancel: {
                loop.execute { session.close(PostgresError(.closed, "nobody listens any more")) }
            }
        }
        session.close(PostgresError(.closed, "the listener has ended"))
    }

    /// Waits for a session to end.
    private final class Watcher: SessionOwner {
        let promise = Promise<Void>()

        func sessionAdvanced(_ session: Session) {}

        func session(_ session: Session, returns flight: Flight) {
            flight.finish(.failure(PostgresError(.connectionLost, "the connection was lost")))
        }

        func sessionClosed(_ session: Session, _ error: PostgresError) { promise.fulfil(()) }
    }
}
