internal import HTTP2
public import Net
public import Wire

/// Serves gRPC to callers in the same process, without sockets.
///
/// It is the channel too that they call by. A call is what it is over HTTP/2: fields and messages
/// are checked, compressed, limited and cancelled alike, deadlines and back-pressure hold, guards,
/// interceptors and reports are the same. A handler runs on its caller's loop, if that is one of
/// the group's, else on the loops in turn.
public final class InProcessServer: RPCChannel {
    private static let target = CallTarget(scheme: "http", authority: "in-process")

    private let group: EventLoopGroup
    private let shards: [InProcessShard]

    /// Begins to serve.
    ///
    /// - Parameters:
    ///   - group: the loops; they are stopped after the server.
    ///   - methods: what it serves; no two have the same path.
    ///   - configuration: limits, and what runs around calls; of what it says of connections the
    ///     number of streams is how many calls may be open on each loop.
    public init(
        group: EventLoopGroup,
        methods: [RPCMethod],
        configuration: RPCServerConfiguration = RPCServerConfiguration()
    ) {
        self.group = group
        let dispatcher = Dispatcher(MethodTable(methods), configuration)
        let most = configuration.http2.connection.maximumConcurrentStreams
        shards = group.loops.map { InProcessShard(on: $0, dispatcher, most: most) }
    }

    /// Prepares a call; see ``RPCChannel``.
    public func prepare(
        _ method: MethodSchema,
        sending message: FramedMessage?,
        options: CallOptions
    ) -> PreparedCall {
        let shard = shards[(group.current ?? group.next()).index]
        return PreparedCall(
            CallRequest(method, of: Self.target, on: shard, sending: message, options)
        )
    }

    /// Stops in good order: no more calls are taken; those on their way are served.
    ///
    /// It waits for handlers that have been cancelled too; the loops must run until it returns.
    ///
    /// - Parameter limit: after how long calls that are still open are cancelled.
    public func stop(within limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            for shard in shards { group.addTask { await shard.stop(within: limit) } }
        }
    }
}

/// The calls within the process on one loop, confined to it but for what says otherwise.
private final class InProcessShard: ExchangeSource, @unchecked Sendable {
    // `@unchecked`: what changes is used on the loop only.

    let loop: EventLoop
    private let dispatcher: Dispatcher
    /// How many calls may be open.
    private let most: Int
    private var open: [ObjectIdentifier: InProcessStream] = [:]
    private var isStopping = false
    private var stopWaiters: [CheckedContinuation<Void, Never>] = []

    init(on loop: EventLoop, _ dispatcher: Dispatcher, most: Int) {
        self.loop = loop
        self.dispatcher = dispatcher
        self.most = most
    }

    func exchangeNow(for fields: HeaderBlock) throws(RPCError) -> (any ClientExchange)? {
        if isStopping { throw Self.refusal("the server within the process has stopped") }
        guard open.count < most else {
            throw Self.refusal("\(most) calls are open on the loop, as many as may be")
        }
        let stream = InProcessStream(fields, on: loop) { [weak self] in self?.ended($0) }
        open[ObjectIdentifier(stream)] = stream
        // In a turn of its own: by then the message of a caller that sends one is there.
        guard loop.execute({ self.serve(stream) }) else { throw .loopStopped(isUnprocessed: true) }
        return InProcessClientExchange(stream)
    }

    private static func refusal(_ reason: String) -> RPCError {
        RPCError(
            .unavailable,
            "the service cannot be reached",
            logMessage: reason,
            origin: .local,
            isUnprocessed: true
        )
    }

    /// Nobody waits: the server takes a call or refuses it.
    func wait(before deadline: ContinuousClock.Instant?) async throws(RPCError) {}

    private func serve(_ stream: InProcessStream) {
        // What is refused has no handler that would end.
        guard stream.closure == nil, let call = dispatcher.begin(InProcessServerExchange(stream))
        else { return ended(stream) }
        let dispatcher = dispatcher
        let task = Task.immediate(executorPreference: loop) { await dispatcher.run(call) }
        stream.handlerStarted(task)
    }

    private func ended(_ stream: InProcessStream) {
        open[ObjectIdentifier(stream)] = nil
        guard isStopping, open.isEmpty else { return }
        for waiter in stopWaiters { waiter.resume() }
        stopWaiters = []
    }

    /// Stops in good order; any thread may call.
    func stop(within limit: Duration) async {
        await withCheckedContinuation { continuation in
            let isTaken = loop.execute { [self] in
                isStopping = true
                if open.isEmpty { return continuation.resume() }
                stopWaiters.append(continuation)
                loop.schedule(after: limit) { [self] in
                    for stream in open.values { stream.reset(.connectionLost) }
                }
            }
            // A loop that has ended runs no calls.
            if !isTaken { continuation.resume() }
        }
    }
}
