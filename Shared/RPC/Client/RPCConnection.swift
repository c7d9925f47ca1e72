internal import HTTP2
public import Net
public import Wire

/// One connection to a server, for calls of any task.
public struct RPCConnection: RPCChannel {
    private let client: HTTP2Client
    private let target: CallTarget

    /// Connects, and waits for the server's settings.
    ///
    /// - Parameters:
    ///   - addresses: tried in turn.
    ///   - loop: the loop that the connection lives on.
    ///   - authority: the server's name, and its port if that is not the usual one.
    ///   - tls: whom to trust, and the name that the server must prove; nil for plain text.
    ///   - limit: how long it may take.
    /// - Returns: the connection.
    /// - Throws: ``RPCError`` with UNAVAILABLE.
    public static func connect(
        to addresses: [SocketAddress],
        on loop: EventLoop,
        authority: String,
        tls: (context: TLSContext, serverName: String?)? = nil,
        within limit: Duration = .seconds(20)
    ) async throws(RPCError) -> RPCConnection {
        do {
            let client = try await HTTP2Client.connect(
                to: addresses,
                on: loop,
                tls: tls,
                within: limit
            )
            let scheme = tls == nil ? "http" : "https"
            return RPCConnection(client, CallTarget(scheme: scheme, authority: authority))
        } catch {
            throw RPCError(
                .unavailable,
                "the server cannot be reached",
                logMessage: "\(error)",
                origin: .local,
                isUnprocessed: true
            )
        }
    }

    init(_ client: HTTP2Client, _ target: CallTarget) {
        self.client = client
        self.target = target
    }

    /// Prepares a call; see ``RPCChannel``.
    public func prepare(
        _ method: MethodSchema,
        sending message: FramedMessage?,
        options: CallOptions
    ) -> PreparedCall {
        PreparedCall(CallRequest(method, of: target, on: client, sending: message, options))
    }

    /// Closes in good order, after the calls that are open, and waits for it.
    ///
    /// - Parameter limit: after how long the connection is reset.
    public func close(within limit: Duration = .seconds(5)) async {
        await client.close(within: limit)
    }
}
