package import HTTP2
package import Net
package import Wire

/// What a call travels on at the server: a stream of HTTP/2, or a queue within the process.
///
/// It is used on its loop; what each member does is said at ``HTTP2Exchange``. Another protocol is
/// served by an exchange of its own around that of HTTP/2: it shows gRPC's fields and messages to
/// the call, and its own to the peer.
package protocol ServerExchange: AnyObject, Sendable {
    var loop: EventLoop { get }
    var peerAddress: SocketAddress? { get }

    // What comes.
    var request: HeaderBlock { get }
    var isBodyTimed: Bool { get set }
    var isBodyComplete: Bool { get }
    func collectBody(
        upTo limit: Int,
        length: HTTP2Session.BodyLength?
    ) async throws(HTTP2ExchangeError)
    func takeBody(upTo limit: Int) throws(HTTP2ExchangeError) -> SharedBytes
    func nextPart(ofAtLeast least: Int) async throws(HTTP2ExchangeError) -> SharedBytes?
    func putBack(_ bytes: SharedBytes)

    // What goes.
    func respond(_ headers: HeaderBlock, endsStream: Bool)
    func send(_ bytes: SharedBytes) async throws(HTTP2ExchangeError)
    func finish(trailers: HeaderBlock?)
    func finish(sending bytes: SharedBytes, trailers: HeaderBlock?)

    // The handler's task.
    func handlerEnded(_ error: (any Error)?)
    func cancelHandler()

    // What is of other protocols only.

    /// What is wrong with a body that has come and is no message; nil if nothing is, or no more
    /// than what failed says.
    var fault: RPCError? { get }

    /// Whether messages of the answer have another form than gRPC's own.
    var isTranslating: Bool { get }

    /// A message of the answer in the form in which the peer gets it.
    ///
    /// It depends on the message alone, so that any thread may ask.
    ///
    /// - Parameter frame: the message behind its prefix.
    /// - Returns: what is sent; gRPC's own form is the frame.
    /// - Throws: ``RPCError`` if the message has no such form.
    func translated(_ frame: SharedBytes) throws(RPCError) -> SharedBytes

    /// Has the body count against an account; see ``HTTP2Exchange/charge(to:)``.
    ///
    /// - Parameter account: a budget within that of the process.
    /// - Returns: false if the account has no room for what has come.
    func charge(to account: MemoryBudget) -> Bool
}

extension ServerExchange {
    package var fault: RPCError? { nil }

    package var isTranslating: Bool { false }

    package func translated(_ frame: SharedBytes) throws(RPCError) -> SharedBytes { frame }
}

extension HTTP2Exchange: ServerExchange {}
