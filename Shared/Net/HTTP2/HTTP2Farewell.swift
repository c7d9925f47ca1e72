internal import HTTP2
internal import Synchronization
internal import Wire

/// What a server says to connections that it has no room for.
final class HTTP2Farewell: Sendable {
    /// How long one may take to hear it.
    private static let limit = Duration.seconds(1)

    private let most: Int
    private let underway = Atomic(0)

    /// Has nobody to refuse yet.
    ///
    /// - Parameter most: how many may be told at a time; beyond it they are closed without a word.
    init(most: Int = 256) {
        self.most = most
    }

    /// Sends SETTINGS and GOAWAY, so that the client knows that nothing was processed, and closes.
    func refuse(_ socket: consuming Socket, on loop: EventLoop) {
        guard underway.add(1, ordering: .relaxed).newValue <= most else { return end() }
        let session = HTTP2Session(.server, budget: MemoryBudget(limit: 1), at: loop.now)
        session.fail(.enhanceYourCalm, "too many connections")
        let speaker = Speaker(session) { self.end() }
        let transport = Transport(adopting: socket, on: loop, handler: speaker)
        transport.closeAfterFlush(within: Self.limit)
    }

    private func end() {
        underway.subtract(1, ordering: .relaxed)
    }

    /// Sends what a session has to say, and hears nothing.
    private final class Speaker: TransportHandler {
        private let session: HTTP2Session
        private let onEnd: () -> Void

        init(_ session: HTTP2Session, onEnd: @escaping () -> Void) {
            self.session = session
            self.onEnd = onEnd
        }

        func transportReceived(_ bytes: RawSpan) {}
        func transportReadEnded() {}
        func transportClosed(_ reason: TransportCloseReason) { onEnd() }

        func transportFill(_ output: inout OutputChain, limit: Int) {
            session.produce(into: &output, limit: limit, at: .now)
        }
    }
}
