internal import Messages
internal import Net
internal import Wire

/// One place for a connection in a pool: connecting, connected, or waiting to try again.
///
/// Confined to the loop of its pool.
final class ConnectionSlot: @unchecked Sendable {
    // `@unchecked`: passed to tasks on the loop, used there only.

    private enum State {
        case idle
        case connecting
        case connected(HTTP2Client)
        case waiting
        case closed
    }

    /// Where it connects to.
    let address: SocketAddress
    private unowned let pool: ConnectionPool
    private var state = State.idle
    private var backoff: Backoff
    private var timer: Timer?
    /// Whether the server says that it serves.
    private var isServing: Bool
    /// The last failure, while there is no connection since.
    private(set) var failure: String?

    init(_ address: SocketAddress, in pool: ConnectionPool) {
        self.address = address
        self.pool = pool
        let configuration = pool.configuration
        backoff = Backoff(
            initial: configuration.firstBackoff,
            maximum: configuration.longestBackoff
        )
        isServing = configuration.healthService == nil
    }

    /// The connection, if calls may be made on it now.
    var ready: HTTP2Client? {
        guard isServing, case .connected(let client) = state, client.availableStreamsNow > 0
        else { return nil }
        return client
    }

    /// Whether there is no hope of a connection soon: the last attempt failed, or the server does
    /// not serve.
    var isFailing: Bool {
        switch state {
        case .waiting: true
        case .connecting: failure != nil
        case .connected: !isServing && failure != nil
        case .idle, .closed: false
        }
    }

    /// Connects, unless it does or has.
    func connect() {
        guard case .idle = state else { return }
        state = .connecting
        let (loop, configuration, address) = (pool.loop, pool.configuration, address)
        Task(executorPreference: loop) { [self] in
            do {
                let client = try await HTTP2Client.connect(
                    to: [address],
                    on: loop,
                    tls: configuration.tls,
                    within: configuration.connectTimeout
                )
                connected(client)
            } catch {
                failed("\(error)")
            }
        }
    }

    /// Connects at once even if it waits to try again: another has gone, and this may be back.
    ///
    /// There is hope until it has failed once more.
    func connectAnyway() {
        switch state {
        case .waiting:
            timer?.cancel()
            timer = nil
            failure = nil
            state = .idle
        case .connecting: failure = nil
        case .idle, .connected, .closed: break
        }
        connect()
    }

    private func connected(_ client: HTTP2Client) {
        guard case .connecting = state else {
            // Closed meanwhile.
            Task { await client.close() }
            return
        }
        state = .connected(client)
        client.onChange = { [weak self, weak client] in
            guard let self, let client else { return }
            changed(client)
        }
        guard let service = pool.configuration.healthService else { return settled() }
        isServing = false
        watchHealth(of: service, on: client)
    }

    /// There is a connection that serves.
    private func settled() {
        backoff.reset()
        failure = nil
        pool.serveWaiters()
    }

    private func changed(_ client: HTTP2Client) {
        if client.isUsable { return pool.serveWaiters() }
        guard case .connected(let own) = state, own === client else { return }
        client.onChange = nil
        isServing = pool.configuration.healthService == nil
        state = .idle
        // The server has gone, or goes: others may have come.
        pool.connectionLost()
    }

    private func failed(_ reason: String) {
        guard case .connecting = state else { return }
        failure = reason
        state = .waiting
        timer = pool.loop.schedule(after: backoff.next(random: .random(in: 0..<1))) { [weak self] in
            guard let self, case .waiting = state else { return }
            state = .idle
            connect()
        }
        pool.connectionFailed()
    }

    // MARK: Health

    private func watchHealth(of service: String, on client: HTTP2Client) {
        let channel = RPCConnection(client, CallTarget(pool.configuration, pool.authority))
        Task(executorPreference: pool.loop) { [weak self] in
            var request = GrpcHealthV1.HealthCheckRequest()
            request.service = service
            do {
                let watch = try await GrpcHealthV1.Health.Client(channel).watch(request)
                while let response = try await watch.next() {
                    self?.healthChanged(response.value().status == .serving, client)
                }
                self?.healthChanged(false, client)
            } catch {
                // A server that cannot be asked is taken as it is.
                self?.healthChanged((error as? RPCError)?.code == .unimplemented, client)
            }
        }
    }

    private func healthChanged(_ isServing: Bool, _ client: HTTP2Client) {
        guard case .connected(let own) = state, own === client else { return }
        self.isServing = isServing
        if isServing { return settled() }
        failure = "the server says that it does not serve"
        pool.connectionFailed()
    }

    // MARK: The end

    /// Closes the connection in good order, after the calls that are open.
    func close() {
        timer?.cancel()
        timer = nil
        if case .connected(let client) = state {
            client.onChange = nil
            Task { await client.close() }
        }
        state = .closed
    }
}
