public import HTTP2
internal import Synchronization

/// What an ``HTTP2Server`` is to do besides answering.
public struct HTTP2ServerConfiguration: Sendable {
    /// The settings and limits of each connection.
    public var connection = HTTP2Configuration()
    /// How connections are taken.
    public var listener = ListenerConfiguration()
    /// The certificates; nil for plain text.
    public var tls: ReloadableTLSContext?
    /// What the bytes of all connections' bodies are reserved from.
    public var budget = MemoryBudget()
    /// Is told on its loop of each connection that had to end, and why, for the log.
    public var onFailure: (@Sendable (SocketAddress?, HTTP2Failure) -> Void)?

    /// The defaults: plain text, limits for strangers.
    public init() {}
}

/// Answers HTTP/2 requests on the loops of a group.
///
/// Each request has a handler of its own, which starts on its connection's loop, while the bytes
/// are at hand, and stays there; once it waits, its task is its alone. One that throws, or returns
/// without an answer, is answered for it: status 500, 413 if the body was larger than it allowed,
/// or a reset if the response had begun.
public final class HTTP2Server: Sendable {
    /// Answers one request.
    public typealias Handler = @Sendable (HTTP2Exchange) async throws -> Void
    /// Answers one request, or sees to its refusal, and says so by
    /// ``HTTP2Exchange/handlerEnded(_:)`` if it has had a handler.
    package typealias Service = @Sendable (HTTP2Exchange) async -> Void

    private let shards: [HTTP2ServerShard]
    private let listener: Listener
    private let group: EventLoopGroup

    /// Begins to answer at an address.
    ///
    /// - Parameters:
    ///   - address: where; port 0 lets the kernel choose.
    ///   - group: the loops.
    ///   - configuration: limits, certificates.
    ///   - handler: answers one request.
    /// - Throws: ``SystemError`` if it cannot listen there.
    public convenience init(
        address: SocketAddress,
        group: EventLoopGroup,
        configuration: HTTP2ServerConfiguration = HTTP2ServerConfiguration(),
        handler: @escaping Handler
    ) throws(SystemError) {
        try self.init(at: address, group: group, configuration: configuration) { exchange in
            await exchange.run(handler)
        }
    }

    /// Begins to serve at an address, with handlers that see to their own end.
    ///
    /// - Parameters:
    ///   - address: where; port 0 lets the kernel choose.
    ///   - group: the loops.
    ///   - configuration: limits, certificates.
    ///   - serve: answers one request, on its loop.
    /// - Throws: ``SystemError`` if it cannot listen there.
    package init(
        at address: SocketAddress,
        group: EventLoopGroup,
        configuration: HTTP2ServerConfiguration,
        serve: @escaping Service
    ) throws(SystemError) {
        self.group = group
        let shards = group.loops.map { HTTP2ServerShard($0, configuration, serve) }
        self.shards = shards
        var listening = configuration.listener
        if configuration.tls == nil && listening.onRefuse == nil {
            let farewell = HTTP2Farewell()
            listening.onRefuse = { loop, socket, _ in farewell.refuse(socket, on: loop) }
        }
        listener = try Listener(address: address, group: group, configuration: listening) {
            loop,
            socket,
            _ in
            shards[loop.index].open(socket)
        }
    }

    /// Where it listens.
    public var boundAddress: SocketAddress { listener.boundAddress }

    /// How many connections are open.
    public var connections: Int { listener.connections }

    /// How many connections were refused because there were too many.
    public var refusals: Int { listener.refusals }

    /// How many requests each loop has answered or is answering, by index.
    public var requestsByLoop: [Int] { shards.map(\.requests) }

    /// Stops in good order: no more connections are taken; requests on their way are answered.
    ///
    /// - Parameter limit: after how long connections that are still open are reset.
    public func stop(within limit: Duration) async {
        listener.stopAccepting()
        await withTaskGroup(of: Void.self) { group in
            for shard in shards { group.addTask { await shard.stop(within: limit) } }
        }
    }
}

/// One loop's part of a server, confined to the loop but for what says otherwise.
final class HTTP2ServerShard: @unchecked Sendable {
    // `@unchecked`: the lock and the atomic are for all threads, the rest is the loop's.

    private let loop: EventLoop
    private let configuration: HTTP2ServerConfiguration
    private let serve: HTTP2Server.Service
    private let requestCount = Atomic(0)

    private var channels: [ObjectIdentifier: HTTP2Channel] = [:]
    private var checkTimer: Timer?
    private var isStopping = false
    private var stopWaiters: [CheckedContinuation<Void, Never>] = []
    /// Exchanges whose handlers start when all that came with them has been told.
    private var arrived: [HTTP2Exchange] = []
    /// Empty; the memory that `arrived` uses next.
    private var spare: [HTTP2Exchange] = []
    /// Streams that were closed since the loop was told of them.
    private var closedStreams = 0

    init(
        _ loop: EventLoop,
        _ configuration: HTTP2ServerConfiguration,
        _ serve: @escaping HTTP2Server.Service
    ) {
        self.loop = loop
        self.configuration = configuration
        self.serve = serve
    }

    /// How many requests have come; any thread may ask.
    var requests: Int { requestCount.load(ordering: .relaxed) }

    /// Takes a connection, on the loop.
    func open(_ socket: consuming Socket) {
        // One that another loop handed over may come when nobody waits for it any more.
        guard !isStopping else { return configuration.listener.openConnections.remove(from: loop) }
        let channel = HTTP2Channel(
            .server,
            adopting: socket,
            on: loop,
            tls: configuration.tls.map { TLSSession(server: $0.current) },
            configuration: configuration.connection,
            budget: configuration.budget,
            delegate: self
        )
        channels[ObjectIdentifier(channel)] = channel
        if checkTimer == nil { scheduleCheck(channel.session.checkInterval) }
    }

    /// Stops in good order; any thread may call.
    func stop(within limit: Duration) async {
        await withCheckedContinuation { continuation in
            let isTaken = loop.execute { [self] in
                isStopping = true
                for channel in channels.values { channel.beginShutdown() }
                guard !channels.isEmpty else { return continuation.resume() }
                stopWaiters.append(continuation)
                loop.schedule(after: limit) { [self] in
                    for channel in channels.values { channel.abort(.timedOut) }
                }
            }
            // A loop that has ended has closed its connections.
            if !isTaken { continuation.resume() }
        }
    }

    private func scheduleCheck(_ interval: Duration) {
        checkTimer = loop.schedule(after: interval) { [self] in
            for channel in channels.values { channel.check() }
            checkTimer = nil
            if !channels.isEmpty { scheduleCheck(interval) }
        }
    }
}

extension HTTP2ServerShard: HTTP2ChannelDelegate {
    func channel(_ channel: HTTP2Channel, didSee event: HTTP2Event) {
        switch event {
        case .request(let stream):
            arrived.append(HTTP2Exchange(stream, on: channel, hasHeaders: true))
        case .input(let stream), .writable(let stream):
            stream.owner?.saw(event)
        case .closed(let stream, _):
            guard let exchange = stream.owner.take() else { break }
            closedStreams += 1
            exchange.saw(event)
        case .failed(let failure):
            configuration.onFailure?(channel.peerAddress, failure)
        case .response, .settled, .goAway:
            break
        }
    }

    func channelDidSeeAll(_ channel: HTTP2Channel) {
        // Told at once for all: each is an operation that the cores must agree on.
        let (opened, closed) = (arrived.count, closedStreams)
        closedStreams = 0
        if opened != closed { loop.addLoad(opened - closed) }
        guard opened > 0 else { return }
        requestCount.add(opened, ordering: .relaxed)
        // A handler may make more events, and they more exchanges.
        var exchanges: [HTTP2Exchange] = []
        swap(&exchanges, &spare)
        swap(&exchanges, &arrived)
        spare = HandlerRun(exchanges, serve).start(on: loop)
    }

    func channelClosed(_ channel: HTTP2Channel, _ reason: TransportCloseReason) {
        channels[ObjectIdentifier(channel)] = nil
        configuration.listener.openConnections.remove(from: loop)
        guard isStopping, channels.isEmpty else { return }
        for waiter in stopWaiters { waiter.resume() }
        stopWaiters = []
    }
}
