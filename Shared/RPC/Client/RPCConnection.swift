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

    private init(_ client: HTTP2Client, _ target: CallTarget) {
        self.client = client
        self.target = target
    }

    /// Begins a call; see ``RPCChannel``.
    public func begin(
        _ method: MethodSchema,
        of service: ServiceSchema,
        sending message: FramedMessage?,
        options: CallOptions
    ) async throws(RPCError) -> ClientCall {
        let path = "/\(service.fullName)/\(method.name)"
        let result: Result<ClientCall, RPCError> = await withTaskExecutorPreference(client.loop) {
            do throws(RPCError) {
                let call = try ClientCall(path, on: client, target, options)
                if let message { call.finish(sending: message.bytes) }
                return .success(call)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Closes in good order, after the calls that are open, and waits for it.
    ///
    /// - Parameter limit: after how long the connection is reset.
    public func close(within limit: Duration = .seconds(5)) async {
        await client.close(within: limit)
    }
}
