internal import CNghttp2

/// How far the orderly end of a connection has come.
enum ShutdownState: Equatable {
    /// Not begun.
    case none
    /// The first GOAWAY is out: it refuses nothing yet, since requests may be on their way. A PING
    /// follows it, whose answer says that the peer has seen it.
    case noticed(ContinuousClock.Instant)
    /// The second GOAWAY is out, with the last stream that is served; open streams go on.
    case draining
}

/// What our PINGs carry, by which their answers are told apart.
struct PingPayload {
    /// Eight bytes.
    let rawValue: [UInt8]

    static let keepalive = PingPayload(rawValue: Array("keepaliv".utf8))
    static let shutdown = PingPayload(rawValue: Array("shutdown".utf8))
}

extension HTTP2Session {
    /// Begins the orderly end; it may be called again.
    ///
    /// Requests on their way are served, later ones go elsewhere, and the connection is over when
    /// the last stream is.
    public func beginShutdown() {
        guard shutdown == .none, failure == nil else { return }
        // A client knows what it has begun: only a server's peers may be about to begin more.
        guard role == .server else { return drain() }
        shutdown = .noticed(timing.now)
        unsafe nghttp2_submit_shutdown_notice(session)
        submitPing(.shutdown)
    }

    /// Whether an orderly end has begun, on either side.
    public var isShuttingDown: Bool {
        // Not compared: that would compare times.
        if case .none = shutdown { return hasGoAway }
        return true
    }

    func submitPing(_ payload: PingPayload) {
        // It copies the eight bytes, and fails only without memory.
        unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), payload.rawValue)
    }

    /// The peer has answered a PING: it has read all that was sent before.
    func pingAnswered(isForShutdown: Bool) {
        timing.pingSent = nil
        if isForShutdown, case .noticed = shutdown { drain() }
    }

    func checkShutdown(_ now: ContinuousClock.Instant) {
        guard case .noticed(let since) = shutdown,
            now - since >= configuration.shutdownNoticeTimeout
        else { return }
        drain()
    }

    /// Sends the GOAWAY that says what is served still.
    func drain() {
        shutdown = .draining
        // Fails only without memory.
        unsafe nghttp2_submit_goaway(
            session,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            nghttp2_session_get_last_proc_stream_id(session),
            HTTP2ErrorCode.noError.rawValue,
            nil,
            0
        )
    }
}
