internal import Net

/// An attempt to connect: libpq's polling by the loop's events, within a limit of time.
final class SessionOpening {
    private let libpq: LibpqConnection
    private let loop: EventLoop
    private var watch: DescriptorWatch?
    private var timer: Timer?
    private var completion: ((Result<LibpqConnection, PostgresError>) -> Void)?

    private init(
        _ libpq: LibpqConnection,
        on loop: EventLoop,
        completion: @escaping (Result<LibpqConnection, PostgresError>) -> Void
    ) {
        self.libpq = libpq
        self.loop = loop
        self.completion = completion
    }

    /// Connects, logs in, and reads what a clean session looks like.
    ///
    /// Only on the loop; it does not end early if the task is cancelled.
    ///
    /// - Returns: a session on which nothing is on its way.
    static func open(
        _ dsn: PostgresDSN,
        on loop: EventLoop,
        blocking: WorkerPool,
        limits: SessionLimits,
        within limit: Duration
    ) async throws(PostgresError) -> Session {
        let deadline = loop.now.advanced(by: limit)
        let addresses = try await resolve(dsn, blocking)
        guard await loop.arrive() else { throw PostgresError(.closed, "the loop has stopped") }
        guard let libpq = LibpqConnection(connecting: dsn.keywords(resolved: addresses)) else {
            throw PostgresError(.connectFailed, "libpq has no memory")
        }
        let result = await withCheckedContinuation { continuation in
            let opening = SessionOpening(libpq, on: loop) { continuation.resume(returning: $0) }
            opening.begin(until: deadline)
        }
        let session = Session(try result.get(), on: loop, blocking: blocking, limits: limits)
        session.start()
        do throws(PostgresError) {
            try await session.setUp(before: deadline)
        } catch {
            session.close(error)
            throw error
        }
        return session
    }

    private static func resolve(
        _ dsn: PostgresDSN,
        _ blocking: WorkerPool
    ) async throws(PostgresError) -> [String: [String]] {
        var addresses: [String: [String]] = [:]
        for name in dsn.namesToResolve {
            do {
                let found = try await NameResolver(pool: blocking).resolve(name, port: 0)
                addresses[name] = found.map(numericHost)
            } catch {
                throw PostgresError(.connectFailed, "\(error)")
            }
        }
        return addresses
    }

    /// An address as libpq takes it: without the port, and without brackets.
    private static func numericHost(of address: SocketAddress) -> String {
        let text = address.description
        let host = text[..<(text.lastIndex(of: ":") ?? text.endIndex)]
        return String(host.drop { $0 == "[" }.prefix { $0 != "]" })
    }

    private func begin(until deadline: ContinuousClock.Instant) {
        timer = loop.schedule(after: loop.now.duration(to: deadline)) { [self] in
            finish(.failure(PostgresError(.connectFailed, "the server did not answer in time")))
        }
        guard !libpq.isBroken else { return fail() }
        // libpq's rule: as if it had asked to write.
        wait(for: .writable)
    }

    private func advance() {
        // The socket may be another afterwards.
        stopWatching()
        switch libpq.connectFurther() {
        case .wantsToRead: wait(for: .readable)
        case .wantsToWrite: wait(for: .writable)
        case .connected: finish(.success(libpq))
        case .failed: fail()
        }
    }

    private func wait(for readiness: Readiness) {
        do {
            watch = try loop.watch(libpq.descriptor, for: readiness, handler: self)
        } catch {
            finish(.failure(PostgresError(.connectFailed, "\(error)")))
        }
    }

    private func fail() {
        finish(.failure(PostgresError(connecting: libpq.failureText)))
    }

    private func stopWatching() {
        if let watch { loop.unwatch(watch) }
        watch = nil
    }

    private func finish(_ result: Result<LibpqConnection, PostgresError>) {
        stopWatching()
        timer?.cancel()
        timer = nil
        let completion = completion.take()
        completion?(result)
    }
}

extension SessionOpening: DescriptorHandler {
    /// Called by the loop.
    func descriptorReady(_ readiness: Readiness) {
        advance()
    }

    /// Called by the loop.
    func loopStopped() {
        finish(.failure(PostgresError(.closed, "the loop has stopped")))
    }
}
