internal import HTTP2
internal import Net
internal import Wire

/// What a call travels on at the server: a stream of HTTP/2, or a queue within the process.
///
/// It is used on its loop; what each member does is said at ``HTTP2Exchange``.
protocol ServerExchange: AnyObject, Sendable {
    var loop: EventLoop { get }
    var peerAddress: SocketAddress? { get }

    // What comes.
    var request: HeaderBlock { get }
    var isBodyTimed: Bool { get set }
    var isBodyComplete: Bool { get }
    func collectBody(upTo limit: Int) async throws(HTTP2ExchangeError)
    func takeBody(upTo limit: Int) throws(HTTP2ExchangeError) -> SharedBytes
    func nextPart(ofAtLeast least: Int) async throws(HTTP2ExchangeError) -> SharedBytes?
    func putBack(_ bytes: SharedBytes)

    // What goes.
    func respond(_ headers: HeaderBlock, endsStream: Bool)
    func send(_ bytes: SharedBytes) async throws(HTTP2ExchangeError)
    func finish(trailers: HeaderBlock?)
    func finish(sending bytes: SharedBytes, trailers: HeaderBlock?)

    // The handler's task.
    func handlerStarted(_ task: Task<Void, Never>)
    func handlerEnded(_ error: (any Error)?)
    func cancelHandler()
}

extension HTTP2Exchange: ServerExchange {}
