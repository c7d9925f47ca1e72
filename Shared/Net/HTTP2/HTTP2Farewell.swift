internal import HTTP2
internal import Wire

/// What a server says to a connection that it has no room for.
enum HTTP2Farewell {
    /// Sends SETTINGS and GOAWAY, so that the client knows that nothing was processed, and closes.
    static let refuse: @Sendable (EventLoop, consuming Socket, SocketAddress) -> Void = {
        loop,
        socket,
        _ in
        let session = HTTP2Session(.server, budget: MemoryBudget(limit: 1), at: loop.now)
        session.fail(.enhanceYourCalm, "too many connections")
        let transport = Transport(adopting: socket, on: loop, handler: Speaker(session))
        transport.closeAfterFlush(within: .seconds(1))
    }

    /// Sends what a session has to say, and hears nothing.
    private final class Speaker: TransportHandler {
        private let session: HTTP2Session

        init(_ session: HTTP2Session) {
            self.session = session
        }

        func transportReceived(_ bytes: RawSpan) {}
        func transportReadEnded() {}
        func transportClosed(_ reason: TransportCloseReason) {}

        func transportFill(_ output: inout OutputBuffer, limit: Int) {
            session.produce(into: &output, limit: limit, at: .now)
        }
    }
}
