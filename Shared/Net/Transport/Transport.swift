internal import Wire

/// A byte stream on one loop, with back-pressure both ways.
///
/// Output is pulled: the handler says that it has some, and is asked for it when the turn ends,
/// never while a limit's worth is unsent. Everything here belongs to the loop's thread, which debug
/// builds check.
public final class Transport: @unchecked Sendable {
    // `@unchecked`: owned by the loop's thread; others may pass it around but not call it.

    enum Phase {
        case open
        /// Closing: what the handler gives is still sent.
        case flushing
        /// Closing: only the last words of a filter that failed are sent.
        case failing
        /// All is sent, and our end with it; input is discarded until the peer's end.
        case lingering
        case closed
    }

    /// The loop it lives on.
    ///
    /// Any thread may ask.
    public let loop: EventLoop
    /// Who is at the other end, as far as is known.
    ///
    /// Any thread may ask.
    public let peerAddress: SocketAddress?

    let configuration: TransportConfiguration
    let descriptor: Int32
    private var socket: Socket?
    private var watch: DescriptorWatch?
    var handler: (any TransportHandler)?
    var filter: (any TransportFilter)?

    var phase = Phase.open
    var closeReason = TransportCloseReason.local
    private var closeDeadline: ContinuousClock.Instant?
    private var closeTimer: Timer?

    var isReadingPaused = false
    /// Whether the kernel has reported the end of the stream.
    var hasInputEnded = false
    var hasToldReadEnded = false

    /// What the kernel has not taken yet; nil if it has taken everything.
    var unsent: OutputChain?
    /// How many bytes of `unsent` it has taken.
    var sentCount = 0
    var isWaitingForRoom = false
    var isFilterFinished = false
    private var isFlushScheduled = false

    /// How many bytes the kernel has taken, ever: a count that stays while ``hasUnsentOutput``
    /// means a peer that does not read.
    ///
    /// Only on the loop.
    public internal(set) var sentBytes = 0

    /// Puts a connected socket on a loop.
    ///
    /// Only on the loop; the handler is called from the next turn on, or when this one ends.
    ///
    /// - Parameters:
    ///   - socket: the socket, which the transport closes.
    ///   - loop: the loop of the calling thread.
    ///   - filter: what stands between the socket and the handler, nil for none.
    ///   - handler: whom to call; it is kept until the transport has closed.
    ///   - configuration: limits.
    public init(
        adopting socket: consuming Socket,
        on loop: EventLoop,
        filter: (any TransportFilter)? = nil,
        handler: any TransportHandler,
        configuration: TransportConfiguration = TransportConfiguration()
    ) {
        loop.assertIsCurrent()
        self.loop = loop
        self.filter = filter
        self.handler = handler
        self.configuration = configuration
        descriptor = socket.descriptor
        peerAddress = socket.peerAddress
        socket.disableDelay()
        self.socket = consume socket
        do {
            watch = try loop.watch(descriptor, for: .readable, handler: self)
        } catch {
            close(.reset(error))
        }
        // A client's filter begins to speak by itself.
        if filter != nil { setNeedsFlush() }
    }

    /// Whether bytes that the handler gave have not been taken by the kernel, or by the filter.
    ///
    /// Only on the loop.
    public var hasUnsentOutput: Bool {
        loop.assertIsCurrent()
        return unsent != nil || filter?.isBlocked == true
    }

    /// Whether the transport has been closed or is closing.
    ///
    /// Only on the loop.
    public var isClosing: Bool {
        loop.assertIsCurrent()
        return phase != .open
    }

    // MARK: What the handler asks

    /// Has the handler asked for output when this turn ends; cheap to repeat.
    ///
    /// Only on the loop.
    public func setNeedsFlush() {
        loop.assertIsCurrent()
        // While the kernel has no room there is no point in asking; its room is awaited already.
        if isFlushScheduled || isWaitingForRoom { return }
        scheduleTurnEnd()
    }

    /// Reads nothing more, so that the peer has to wait.
    ///
    /// Only on the loop.
    public func pauseReading() {
        loop.assertIsCurrent()
        isReadingPaused = true
        updateInterest()
    }

    /// Reads again after ``pauseReading()``.
    ///
    /// Only on the loop.
    public func resumeReading() {
        loop.assertIsCurrent()
        isReadingPaused = false
        updateInterest()
    }

    /// Closes in good order: sends what the handler gives until it gives nothing, sends the end of
    /// the stream, and discards what the peer still sends until its end, or for
    /// ``TransportConfiguration/lingerLimit``.
    ///
    /// Input goes to the handler until our end is sent. A filter that is not ready sends nothing of
    /// the handler's. Only on the loop.
    ///
    /// - Parameter limit: how long all of this may take; then the connection is reset. Of several
    ///   calls the earliest limit counts.
    public func closeAfterFlush(within limit: Duration) {
        loop.assertIsCurrent()
        if phase == .open { phase = .flushing }
        guard phase != .closed else { return }
        setCloseTimer(after: limit)
        setNeedsFlush()
    }

    /// Closes at once; a TCP connection is reset, and what is unsent is lost.
    ///
    /// Only on the loop.
    ///
    /// - Parameter reason: what ``TransportHandler/transportClosed(_:)`` is told, when this turn
    ///   ends.
    public func abort(_ reason: TransportCloseReason) {
        loop.assertIsCurrent()
        guard phase != .closed else { return }
        // A Unix socket has no such option, and nothing to lose by closing.
        if peerAddress?.port != nil { try? SystemCalls.setResetOnClose(descriptor) }
        close(reason)
    }

    // MARK: Closing

    func close(_ reason: TransportCloseReason) {
        guard phase != .closed else { return }
        phase = .closed
        closeReason = reason
        closeTimer?.cancel()
        closeTimer = nil
        if let watch { loop.unwatch(watch) }
        watch = nil
        socket = nil
        unsent = nil
        isWaitingForRoom = false
        scheduleTurnEnd()
    }

    /// The filter has failed: sends what it still has to say, then closes.
    func fail(_ error: any Error) {
        guard phase == .open || phase == .flushing else { return }
        phase = .failing
        closeReason = .filter(error)
        setCloseTimer(after: configuration.lingerLimit)
        updateInterest()
        setNeedsFlush()
    }

    /// All is sent: sends the end of the stream and waits for the peer's.
    func linger() {
        if hasInputEnded {
            close(closeReason)
            return
        }
        phase = .lingering
        isWaitingForRoom = false
        do {
            try SystemCalls.shutdownOutput(descriptor)
        } catch {
            close(closeReason)
            return
        }
        updateInterest()
        setCloseTimer(after: configuration.lingerLimit)
    }

    private func setCloseTimer(after limit: Duration) {
        let deadline = loop.now.advanced(by: limit)
        if let closeDeadline, closeDeadline <= deadline { return }
        closeDeadline = deadline
        closeTimer?.cancel()
        closeTimer = loop.schedule(after: limit) { [weak self] in self?.closeTimeIsUp() }
    }

    private func closeTimeIsUp() {
        switch phase {
        case .lingering: close(closeReason)
        case .failing: abort(closeReason)
        case .open, .flushing, .closed: abort(.timedOut)
        }
    }

    private func tellClosed() {
        filter = nil
        let handler = handler.take()
        handler?.transportClosed(closeReason)
    }

    // MARK: The loop

    private func scheduleTurnEnd() {
        if isFlushScheduled { return }
        isFlushScheduled = true
        loop.whenTurnEnds(self)
    }

    /// Sees to it that the loop reports what this phase needs, and no more.
    func updateInterest() {
        guard let watch else { return }
        var interest: Readiness = []
        if wantsInput { interest.insert(.readable) }
        if isWaitingForRoom { interest.insert(.writable) }
        do {
            try loop.change(watch, to: interest)
        } catch {
            close(.reset(error))
        }
    }

    /// Reports nothing until the next change: the kernel would repeat a hang-up every turn.
    func suspendWatch() {
        if let watch { loop.suspend(watch) }
    }
}

extension Transport: TurnEndHandler, DescriptorHandler {
    /// Called by the loop.
    public func turnEnded() {
        isFlushScheduled = false
        flush()
        if phase == .closed { tellClosed() }
    }

    /// Called by the loop.
    public func descriptorReady(_ readiness: Readiness) {
        if readiness.contains(.writable) && isWaitingForRoom {
            isWaitingForRoom = false
            setNeedsFlush()
        }
        if wantsInput {
            if !readiness.isDisjoint(with: [.readable, .hangUp, .error]) { read() }
        } else if readiness.contains(.error) {
            let error = SystemError("recv", code: SystemCalls.pendingError(descriptor))
            close(phase == .failing ? closeReason : .reset(error))
        } else if readiness.contains(.hangUp) {
            hangUp()
        }
    }

    /// Called by the loop.
    public func loopStopped() {
        abort(.loopStopped)
    }
}
