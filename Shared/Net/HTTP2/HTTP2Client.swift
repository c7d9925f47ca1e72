public import HTTP2
public import Wire

/// A response with its body in one piece.
public struct HTTP2Response: Sendable {
    /// The fields, `:status` first.
    public let headers: HeaderBlock
    /// The body.
    public let body: SharedBytes
    /// The trailer fields, if there were any.
    public let trailers: HeaderBlock?
}

/// One connection to an HTTP/2 server, for any task.
public final class HTTP2Client: @unchecked Sendable {
    // `@unchecked`: what changes is used on the loop only.

    /// The loop that the connection lives on.
    public let loop: EventLoop
    private var channel: HTTP2Channel?
    private var closeReason: TransportCloseReason?
    private var isSettled = false
    private var settleWaiters: [CheckedContinuation<Void, any Error>] = []
    private var closeWaiters: [CheckedContinuation<Void, Never>] = []
    private var changeHandler: (() -> Void)?
    private var hasChanged = false

    private init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Connects, and waits for the server's settings.
    ///
    /// - Parameters:
    ///   - addresses: tried in turn.
    ///   - loop: the loop that the connection lives on.
    ///   - tls: whom to trust, and the name that the server must prove; nil for plain text.
    ///   - configuration: the settings and limits.
    ///   - budget: what the bytes of responses are reserved from.
    ///   - limit: how long the connection may take to be made; the settings come after it.
    /// - Returns: the connection.
    /// - Throws: ``ConnectError``, ``TLSError``, or ``HTTP2ClientError`` if it closes at once.
    public static func connect(
        to addresses: [SocketAddress],
        on loop: EventLoop,
        tls: (context: TLSContext, serverName: String?)? = nil,
        configuration: HTTP2Configuration = HTTP2Configuration(),
        budget: MemoryBudget = MemoryBudget(),
        within limit: Duration = .seconds(10)
    ) async throws -> HTTP2Client {
        let client = HTTP2Client(on: loop)
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = loop.execute {
                client.settleWaiters.append(continuation)
                client.connect(addresses, tls, configuration, budget, limit)
            }
            if !isTaken {
                continuation.resume(throwing: HTTP2ClientError.closed(.loopStopped))
            }
        }
        return client
    }

    private func connect(
        _ addresses: [SocketAddress],
        _ tls: (context: TLSContext, serverName: String?)?,
        _ configuration: HTTP2Configuration,
        _ budget: MemoryBudget,
        _ limit: Duration
    ) {
        _ = TransportConnector(to: addresses, on: loop, within: limit) { [self] result in
            switch consume result {
            case .failure(let error):
                settle(.failure(error))
            case .success(let socket):
                do {
                    let filter = try tls.map {
                        try TLSSession(client: $0.context, serverName: $0.serverName)
                    }
                    channel = HTTP2Channel(
                        .client,
                        adopting: socket,
                        on: loop,
                        tls: filter,
                        configuration: configuration,
                        budget: budget,
                        delegate: self
                    )
                    scheduleCheck()
                } catch {
                    settle(.failure(error))
                }
            }
        }
    }

    /// Makes a request whose body is at hand, and waits for the whole response.
    ///
    /// - Parameters:
    ///   - headers: `:method`, `:scheme`, `:path` and `:authority`, then other fields.
    ///   - body: the body, if there is one.
    ///   - limit: the most bytes that the response's body may have.
    /// - Returns: the response.
    /// - Throws: ``HTTP2ExchangeError``; the stream is reset then, as it is when the task is
    ///   cancelled.
    public func request(
        _ headers: HeaderBlock,
        body: SharedBytes? = nil,
        upTo limit: Int = 16 << 20
    ) async throws -> HTTP2Response {
        try await withTaskExecutorPreference(loop) { [self] in
            guard await loop.arrive() else { throw HTTP2ExchangeError.connectionLost }
            let exchange = try begin(headers, endsStream: body == nil)
            return try await withTaskCancellationHandler {
                do {
                    return try await complete(exchange, body: body, upTo: limit)
                } catch {
                    // Whatever is still to come of it is not wanted.
                    exchange.reset(.cancel)
                    throw error
                }
            } onCancel: {
                loop.execute { exchange.reset(.cancel) }
            }
        }
    }

    private func complete(
        _ exchange: HTTP2Exchange,
        body: SharedBytes?,
        upTo limit: Int
    ) async throws(HTTP2ExchangeError) -> HTTP2Response {
        if let body {
            // The server may answer, and end the stream, before it has read the body: then there is
            // a response all the same.
            do throws(HTTP2ExchangeError) {
                try await exchange.send(body)
                exchange.finish()
            } catch {
                switch error {
                case .closed, .connectionLost: break
                default: throw error
                }
            }
        }
        let fields = try await exchange.response()
        let answer = try await exchange.body(upTo: limit)
        return HTTP2Response(headers: fields, body: answer, trailers: exchange.trailers)
    }

    /// Begins a request whose body follows, on the loop.
    ///
    /// - Parameters:
    ///   - headers: as for ``request(_:body:upTo:)``.
    ///   - endsStream: whether there is neither body nor trailers.
    /// - Returns: the exchange.
    /// - Throws: ``HTTP2ExchangeError/request(_:)``.
    public func begin(
        _ headers: HeaderBlock,
        endsStream: Bool
    ) throws(HTTP2ExchangeError) -> HTTP2Exchange {
        loop.assertIsCurrent()
        guard let channel else { throw .request(.connectionClosing) }
        do throws(HTTP2Session.RequestError) {
            let stream = try channel.session.request(headers, endsStream: endsStream)
            channel.setNeedsFlush()
            return HTTP2Exchange(
                stream,
                on: channel,
                hasHeaders: false,
                endsOutput: endsStream
            )
        } catch {
            throw .request(error)
        }
    }

    /// How many more requests may be made now.
    public var availableStreams: Int {
        get async {
            await withTaskExecutorPreference(loop) {
                await loop.arrive() ? availableStreamsNow : 0
            }
        }
    }

    /// How many more requests may be made now, for those on the loop; 0 for ever once the
    /// connection closes or the server accepts no more.
    public var availableStreamsNow: Int {
        loop.assertIsCurrent()
        return channel?.session.availableStreams ?? 0
    }

    /// Whether requests may be made at some time: neither side has begun to close.
    ///
    /// Only on the loop.
    public var isUsable: Bool {
        loop.assertIsCurrent()
        return channel.map { !$0.session.isShuttingDown && $0.session.failure == nil } ?? false
    }

    /// Is called on the loop whenever ``isUsable`` or ``availableStreamsNow`` may have changed;
    /// let go of when the connection has closed.
    ///
    /// Only on the loop.
    public var onChange: (() -> Void)? {
        get { changeHandler }
        set {
            loop.assertIsCurrent()
            changeHandler = newValue
        }
    }

    /// Closes in good order, after the requests that are open, and waits for it.
    ///
    /// - Parameter limit: after how long the connection is reset.
    public func close(within limit: Duration = .seconds(5)) async {
        await withCheckedContinuation { continuation in
            let isTaken = loop.execute { [self] in
                guard let channel else { return continuation.resume() }
                closeWaiters.append(continuation)
                channel.beginShutdown()
                loop.schedule(after: limit) { [weak channel] in channel?.abort(.timedOut) }
            }
            // A loop that has ended has closed its connections.
            if !isTaken { continuation.resume() }
        }
    }

    private func scheduleCheck() {
        guard let channel else { return }
        loop.schedule(after: channel.session.checkInterval) { [weak self] in
            self?.channel?.check()
            self?.scheduleCheck()
        }
    }

    private func settle(_ result: Result<Void, any Error>) {
        isSettled = true
        for waiter in settleWaiters { waiter.resume(with: result) }
        settleWaiters = []
    }
}

/// Why a client's connection could not be used.
public enum HTTP2ClientError: Error {
    /// It closed before the server had spoken.
    case closed(TransportCloseReason)
}

extension HTTP2Client: HTTP2ChannelDelegate {
    func channel(_ channel: HTTP2Channel, didSee event: HTTP2Event) {
        switch event {
        case .settled:
            settle(.success(()))
        case .response(let stream), .input(let stream), .writable(let stream):
            stream.owner?.saw(event)
        case .closed(let stream, _):
            stream.owner.take()?.saw(event)
            hasChanged = true
        case .goAway, .failed:
            hasChanged = true
        case .request:
            break
        }
    }

    func channelDidSeeAll(_ channel: HTTP2Channel) {
        guard hasChanged else { return }
        hasChanged = false
        changeHandler?()
    }

    func channelClosed(_ channel: HTTP2Channel, _ reason: TransportCloseReason) {
        self.channel = nil
        closeReason = reason
        if !isSettled {
            if case .filter(let error) = reason {
                settle(.failure(error))
            } else {
                settle(.failure(HTTP2ClientError.closed(reason)))
            }
        }
        for waiter in closeWaiters { waiter.resume() }
        closeWaiters = []
        changeHandler.take()?()
    }
}
