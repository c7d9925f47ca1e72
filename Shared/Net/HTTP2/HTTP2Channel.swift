internal import HTTP2
internal import Wire

/// Is told what happens on a connection, on its loop.
protocol HTTP2ChannelDelegate: AnyObject {
    /// Something happened; the exchange of a stream is its ``HTTP2Stream/owner``.
    func channel(_ channel: HTTP2Channel, didSee event: HTTP2Event)
    /// All that came at once has been told.
    func channelDidSeeAll(_ channel: HTTP2Channel)
    /// The connection is over; nothing follows.
    func channelClosed(_ channel: HTTP2Channel, _ reason: TransportCloseReason)
}

/// One connection: a session, and the transport it speaks over, confined to its loop.
final class HTTP2Channel: @unchecked Sendable {
    // `@unchecked`: passed around by others, used on the loop only.

    let loop: EventLoop
    let session: HTTP2Session
    private var transport: Transport?
    /// Let go of when the connection is over; until then delegate and channel hold each other.
    private var delegate: (any HTTP2ChannelDelegate)?
    private let waker: CreditWaker
    /// Whether the peer reads, and up to which byte of the transport's that is known.
    private var reading: OutputProgress
    private var notedBytes = 0

    /// How long a connection that is over may take to send its last words.
    private static let farewellLimit = Duration.seconds(5)

    /// Begins to speak over a connected socket, on the loop.
    init(
        _ role: HTTP2Session.Role,
        adopting socket: consuming Socket,
        on loop: EventLoop,
        tls filter: (any TransportFilter)?,
        configuration: HTTP2Configuration,
        budget: MemoryBudget,
        delegate: any HTTP2ChannelDelegate
    ) {
        self.loop = loop
        self.delegate = delegate
        reading = OutputProgress(at: loop.now)
        let waker = CreditWaker(loop)
        self.waker = waker
        session = HTTP2Session(role, configuration: configuration, budget: budget, at: loop.now) {
            waker.wake()
        }
        transport = Transport(adopting: socket, on: loop, filter: filter, handler: self)
        waker.channel = self
        transport?.setNeedsFlush()
    }

    /// Who is at the other end, as far as is known.
    var peerAddress: SocketAddress? { transport?.peerAddress }

    /// There may be something to send.
    func setNeedsFlush() {
        transport?.setNeedsFlush()
    }

    /// Ends what takes too long; to be called as often as ``HTTP2Session/checkInterval`` says.
    func check() {
        guard let transport else { return }
        session.check(at: loop.now)
        checkReading(transport)
        settle()
    }

    /// The peer must take what it is sent.
    private func checkReading(_ transport: Transport) {
        let taken = transport.sentBytes - notedBytes
        notedBytes += taken
        let configuration = session.configuration
        let limit = configuration.stallTimeout
        reading.note(taken, at: loop.now, enough: configuration.stallBytes, limit: limit)
        guard transport.hasUnsentOutput else { return reading.restart(at: loop.now) }
        if reading.isStalled(at: loop.now, limit: limit) { transport.abort(.timedOut) }
    }

    /// Begins the orderly end.
    func beginShutdown() {
        session.beginShutdown()
        settle()
    }

    /// Ends the connection at once.
    func abort(_ reason: TransportCloseReason) {
        transport?.abort(reason)
    }

    /// Tells what happened, and has sent what is to be sent.
    func settle() {
        tellEvents()
        if session.failure != nil {
            // Also if TLS never got so far that the last words could be sent.
            transport?.closeAfterFlush(within: Self.farewellLimit)
        } else if session.wantsToSend || session.isFinished {
            transport?.setNeedsFlush()
        }
    }

    private func tellEvents() {
        guard let delegate else { return }
        var hasTold = false
        session.drainEvents { event in
            hasTold = true
            delegate.channel(self, didSee: event)
        }
        if hasTold { delegate.channelDidSeeAll(self) }
    }
}

extension HTTP2Channel: TransportHandler {
    func transportReceived(_ bytes: RawSpan) {
        session.receive(bytes, at: loop.now)
        settle()
    }

    func transportReadEnded() {
        session.inputEnded()
        settle()
    }

    func transportFill(_ output: inout OutputChain, limit: Int) {
        session.produce(into: &output, limit: limit, at: loop.now)
        tellEvents()
        if session.isFinished { transport?.closeAfterFlush(within: Self.farewellLimit) }
    }

    func transportClosed(_ reason: TransportCloseReason) {
        session.abandon(.cancel)
        tellEvents()
        transport = nil
        waker.channel = nil
        delegate?.channelClosed(self, reason)
        delegate = nil
    }
}

/// Has a channel flushed when bytes of a body were released, on whatever thread.
private final class CreditWaker: @unchecked Sendable {
    // `@unchecked`: `channel` is set and read on the loop only.
    /// Nil once the connection is over.
    var channel: HTTP2Channel?
    private let loop: EventLoop

    init(_ loop: EventLoop) {
        self.loop = loop
    }

    func wake() {
        if loop.isCurrent {
            channel?.setNeedsFlush()
        } else {
            loop.execute { self.channel?.setNeedsFlush() }
        }
    }
}
