internal import HTTP2
internal import Net
internal import Wire

/// What a call travels on at the client: a stream of HTTP/2, or a queue within the process.
///
/// It is used on its loop; what each member does is said at ``HTTP2Exchange``.
protocol ClientExchange: AnyObject, Sendable {
    // What goes.
    func send(_ bytes: SharedBytes) async throws(HTTP2ExchangeError)
    func finish(trailers: HeaderBlock?)
    func finish(sending bytes: SharedBytes, trailers: HeaderBlock?)
    func reset(_ code: HTTP2ErrorCode)

    // What comes.
    var answer: HeaderBlock? { get }
    var trailers: HeaderBlock? { get }
    func response() async throws(HTTP2ExchangeError) -> HeaderBlock
    func nextPart(ofAtLeast least: Int) async throws(HTTP2ExchangeError) -> SharedBytes?
    func putBack(_ bytes: SharedBytes)
    var isBodyComplete: Bool { get }
    func beginCollectingBody(upTo limit: Int, length: HTTP2Session.BodyLength?)
    var hasReader: Bool { get }
    @unsafe func wakeAtBodyEnd(_ task: UnsafeContinuation<Void, Never>)
    var end: HTTP2ExchangeError? { get }
    func takeBody(upTo limit: Int) throws(HTTP2ExchangeError) -> SharedBytes
}

extension HTTP2Exchange: ClientExchange {}

/// Where calls find what they travel on.
protocol ExchangeSource: AnyObject, Sendable {
    /// The loop that the calls live on.
    var loop: EventLoop { get }

    /// Begins a request, on the loop.
    ///
    /// - Parameter fields: those of the request.
    /// - Returns: the request, whose body follows; nil if nobody can take it now.
    /// - Throws: ``RPCError`` if nobody will.
    func exchangeNow(for fields: HeaderBlock) throws(RPCError) -> (any ClientExchange)?

    /// Waits on the loop until somebody can take a request.
    ///
    /// - Parameter deadline: when the call must be over.
    /// - Throws: ``RPCError`` if nobody will.
    func wait(before deadline: ContinuousClock.Instant?) async throws(RPCError)
}

extension HTTP2Client: ExchangeSource {
    /// Begins a call.
    func exchangeNow(for fields: HeaderBlock) throws(RPCError) -> (any ClientExchange)? {
        do throws(HTTP2ExchangeError) {
            return try begin(fields, endsStream: false)
        } catch {
            throw RPCError(lost: error)
        }
    }

    /// Nobody waits: a connection takes a request or refuses it.
    func wait(before deadline: ContinuousClock.Instant?) async throws(RPCError) {}
}
