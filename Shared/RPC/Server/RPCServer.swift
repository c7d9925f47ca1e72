internal import HTTP2
public import Net
public import Telemetry
internal import Wire

/// What an ``RPCServer`` is to do besides running its methods.
public struct RPCServerConfiguration: Sendable {
    /// How connections are taken and what they may do.
    public var http2 = HTTP2ServerConfiguration()
    /// How many bytes a message may have.
    public var limits = MessageLimits()
    /// Where messages are decoded that are compressed or longer than 64 KiB.
    ///
    /// The calls beside them do not wait meanwhile. Nil if it is the loop; a pool must outlive the
    /// server.
    public var offload: WorkerPool?
    /// What each call must pass before anything of it is read, in order.
    public var guards: [any ServerGuard] = []
    /// What runs around each call, the outermost first.
    public var interceptors: [any ServerInterceptor] = []
    /// What a service's own errors mean to the caller; nil for what it does not know, which is
    /// answered with INTERNAL and a fixed text.
    public var errorMapping: @Sendable (any Error) -> RPCError? = { _ in nil }
    /// Is told on its loop of each call whose method is known, before interceptors run: it may set
    /// ``ServerCall/traceContext``, ``ServerCall/requestID`` and ``ServerCall/observer``.
    public var onCallBegan: (@Sendable (ServerCall) -> Void)?
    /// Is told on its loop of each call that has ended, for log and metrics.
    public var onCallEnded: (@Sendable (ServerCallReport) -> Void)?
    /// What makes calls of requests in other protocols than gRPC: it gives the request itself back
    /// if that is gRPC's, or an exchange around it, or nil if it has answered.
    package var translator: (@Sendable (HTTP2Exchange) -> (any ServerExchange)?)?

    /// The defaults: plain text, limits for strangers, no interceptors.
    public init() {
        // A stream of calls may be silent for long; deadlines and PINGs bound it.
        http2.connection.maximumConcurrentStreams = 1_000
    }
}

/// Lets calls pass or refuses them by what came with them, at once: as what checks signatures does.
///
/// What has to wait, as for a database, is a ``ServerInterceptor``.
public protocol ServerGuard: Sendable {
    /// Lets a call pass, or refuses it by throwing.
    ///
    /// - Parameter call: the call, on its loop.
    /// - Throws: ``RPCError``, or what the service's mapping of errors knows.
    func admit(_ call: ServerCall) throws
}

/// Runs around calls, as what checks credentials or measures does.
public protocol ServerInterceptor: Sendable {
    /// Runs one call, or refuses it by throwing.
    ///
    /// - Parameters:
    ///   - call: the call, before its first message is read.
    ///   - next: runs the interceptors after this one, and the method.
    /// - Throws: ``RPCError``, or what the service's mapping of errors knows.
    func intercept(
        _ call: ServerCall,
        _ next: (ServerCall) async throws -> Void
    ) async throws
}

/// What became of a call, for log and metrics.
public struct ServerCallReport: Sendable {
    /// The path that was called; nothing is known of one that has no method.
    public let method: RPCMethod?
    /// How it ended.
    public let code: StatusCode
    /// The error, if it failed; its ``RPCError/logMessage`` is for the log only.
    public let error: RPCError?
    /// How long it took, as the loop saw it.
    public let duration: Duration
    /// The metadata that came with the call.
    public let metadata: Metadata
    /// The span that it was served in; nil if nobody has set one.
    public let traceContext: TraceContext?
    /// What the request is called; nil if nobody has named it.
    public let requestID: RequestID?
}

/// Serves gRPC on the loops of a group.
///
/// What is wrong with a request is answered thus: another HTTP method 405; another content type
/// 415; an unknown service, method or compression UNIMPLEMENTED; a timeout or a message that cannot
/// be read, or a reserved field given twice, INVALID_ARGUMENT; a message beyond the limit
/// RESOURCE_EXHAUSTED; bytes that are no messages, or not as many as the method takes, INTERNAL. A
/// handler whose deadline passes is cancelled and the call answered DEADLINE_EXCEEDED. An error
/// that nobody knows is answered INTERNAL with a fixed text, and its cause is in the report.
public final class RPCServer: Sendable {
    private let server: HTTP2Server

    /// Begins to serve at an address.
    ///
    /// - Parameters:
    ///   - address: where; port 0 lets the kernel choose.
    ///   - group: the loops.
    ///   - methods: what it serves; no two have the same path.
    ///   - configuration: limits, certificates, what runs around calls.
    /// - Throws: ``SystemError`` if it cannot listen there.
    public init(
        address: SocketAddress,
        group: EventLoopGroup,
        methods: [RPCMethod],
        configuration: RPCServerConfiguration = RPCServerConfiguration()
    ) throws(SystemError) {
        let dispatcher = Dispatcher(MethodTable(methods), configuration)
        server = try HTTP2Server(
            at: address,
            group: group,
            configuration: configuration.http2,
            serve: Self.serving(dispatcher, configuration.translator)
        )
    }

    private static func serving(
        _ dispatcher: Dispatcher,
        _ translator: (@Sendable (HTTP2Exchange) -> (any ServerExchange)?)?
    ) -> HTTP2Server.Service {
        guard let translator else { return { await dispatcher.serve($0) } }
        return { exchange in
            if let exchange = translator(exchange) { await dispatcher.serve(exchange) }
        }
    }

    /// Where it listens.
    public var boundAddress: SocketAddress { server.boundAddress }

    /// Stops in good order: no more connections and calls are taken; calls on their way are served.
    ///
    /// - Parameter limit: after how long connections that are still open are reset.
    public func stop(within limit: Duration) async { await server.stop(within: limit) }
}
