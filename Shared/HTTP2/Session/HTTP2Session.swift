internal import CNghttp2
public import Wire

/// One HTTP/2 connection as a state machine without sockets: bytes in, events out, bytes to send.
///
/// Whoever drives it gives it what arrives (``receive(_:at:)``), handles the events of
/// ``drainEvents(_:)``, and sends what ``produce(into:limit:at:)`` writes. It never throws at a
/// peer's doing: what breaks the protocol or passes a limit ends the stream or the connection with
/// the right code, as an event here and as a frame to the peer. It is confined to one thread;
/// ``SharedBytes`` that it hands out may be released on any.
///
/// Flow control is by hand: a body's window opens again when its bytes have been released.
@safe
public final class HTTP2Session {
    /// Which end of the connection this is.
    public enum Role: Sendable {
        case client, server
    }

    /// Which end this is.
    public let role: Role
    /// The settings and limits.
    public let configuration: HTTP2Configuration

    /// Owned: made in `init`, deleted in `deinit`, and never deleted within a callback.
    let session: OpaquePointer
    let budget: MemoryBudget
    /// See ``HTTP2Configuration/stallBytes``.
    let stallBytes: Int
    let returnedCredit: ReturnedCredit

    var scanner: FrameScanner
    var meter: AbuseMeter
    var timing: SessionTiming
    var shutdown = ShutdownState.none
    /// Whether the peer accepts no more streams.
    public internal(set) var hasGoAway = false
    /// Why the connection had to end, if it had.
    public internal(set) var failure: HTTP2Failure?

    /// Whether the transport is gone; see ``abandon(_:)``.
    public private(set) var isAbandoned = false
    /// Whether the peer's side of the transport has ended.
    public internal(set) var hasInputEnded = false

    /// How many streams the peer lets be open at a time.
    var peerStreamLimit = 0
    /// The streams that are open, in no order.
    var streams: [HTTP2Stream] = []
    /// Streams that are open for the peer only.
    var lingering = LingeringStreams()
    /// Requests that the peer made, refused ones included.
    public internal(set) var requestCount = 0
    /// Credit of streams that are closed, withheld while memory is tight.
    var withheldCredit = 0
    var isCreditWithheld = false

    /// The stream whose header block is arriving, and what has come of it.
    var headerStream: HTTP2Stream?
    var arrivingHeaders = ArrivingHeaders()

    /// Memory for the fields of the block that is handed to nghttp2.
    let fieldEntries = FieldEntries()

    /// Where output goes while ``produce(into:limit:at:)`` runs.
    var output = OutputChain()
    var outputLimit = 0

    private var events: [HTTP2Event] = []
    /// The events that are being told; it lends its memory to `events` afterwards.
    private var told: [HTTP2Event] = []
    private var areEventsDraining = false

    /// Makes one end of a new connection; its settings wait to be sent.
    ///
    /// - Parameters:
    ///   - role: which end.
    ///   - configuration: the settings and limits.
    ///   - budget: what the bytes of bodies are reserved from.
    ///   - now: the time.
    ///   - onCreditReturned: called on any thread when bytes of a body were released there: the
    ///     driver is to call ``produce(into:limit:at:)`` soon, on the session's own thread.
    public init(
        _ role: Role,
        configuration: HTTP2Configuration = HTTP2Configuration(),
        budget: MemoryBudget,
        at now: ContinuousClock.Instant,
        onCreditReturned: @escaping @Sendable () -> Void = {}
    ) {
        self.role = role
        self.configuration = configuration
        self.budget = budget
        stallBytes = configuration.stallBytes
        returnedCredit = ReturnedCredit(onReturn: onCreditReturned)
        scanner = FrameScanner(expectsPreface: role == .server, at: now)
        meter = AbuseMeter(configuration.abuse, at: now)
        timing = SessionTiming(at: now)
        unsafe session = SessionFactory.makeSession(role, configuration)
        // The session keeps the pointer no longer than `self` lives, which deletes it.
        unsafe nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
        submitSettings()
        notePeerStreamLimit()
    }

    deinit {
        unsafe nghttp2_session_del(session)
    }

    // MARK: Input

    /// Reads what arrived.
    ///
    /// - Parameters:
    ///   - bytes: the next bytes of the peer, cut anywhere.
    ///   - now: the time.
    public func receive(_ bytes: RawSpan, at now: ContinuousClock.Instant) {
        timing.now = now
        guard failure == nil, !bytes.isEmpty else { return }
        timing.lastInput = now
        meter.advance(to: now)
        var excess: String?
        let count = scanner.scan(bytes, at: now) { frame in
            excess = meter.note(frame)
            return excess == nil
        }
        feed(bytes.extracting(0..<count))
        if let excess {
            fail(.enhanceYourCalm, "too many \(excess) frames")
        } else if unsafe nghttp2_session_get_outbound_queue_size(session) > outboundFrameLimit {
            fail(.enhanceYourCalm, "the peer causes answers and does not read them")
        }
    }

    /// How many frames beside DATA may wait to be sent: what honest streams need, and room for the
    /// answers to frames that open none.
    private var outboundFrameLimit: Int { 1_000 + 4 * configuration.maximumConcurrentStreams }

    private func feed(_ bytes: RawSpan) {
        guard !bytes.isEmpty else { return }
        // Callbacks run here; none of them deletes the session.
        let read = unsafe bytes.withUnsafeBytes { buffer in
            unsafe nghttp2_session_mem_recv(
                session,
                buffer.baseAddress?.assumingMemoryBound(to: UInt8.self),
                buffer.count
            )
        }
        guard read < 0 else { return }
        switch CInt(read) {
        case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue:
            fail(.protocolError, "the connection does not begin as HTTP/2 does")
        case NGHTTP2_ERR_FLOODED.rawValue:
            fail(.enhanceYourCalm, "the peer asks for answers faster than it reads them")
        default:
            fail(.internalError, "nghttp2: \(NghttpError.text(CInt(read)))")
        }
    }

    /// The peer's side of the transport has ended: nothing more will come.
    ///
    /// Streams whose input had not ended are closed; those that only have output left go on.
    public func inputEnded() {
        for stream in streams where !stream.isInputEnded {
            reset(stream, codeOfLoss(stream, .cancel))
        }
        hasInputEnded = true
        endLingering(after: .zero)
        // Whatever was on its way has come: one GOAWAY is enough.
        if failure == nil && shutdown != .draining { drain() }
    }

    // MARK: Events

    /// Tells what has happened since the last time, in order, and what happens meanwhile.
    ///
    /// - Parameter handle: called for each event. Called within itself, this does nothing: the
    ///   outer call goes on.
    public func drainEvents(_ handle: (HTTP2Event) -> Void) {
        guard !areEventsDraining else { return }
        areEventsDraining = true
        defer { areEventsDraining = false }
        while !events.isEmpty {
            swap(&events, &told)
            for event in told {
                event.streamToRead?.isInputTold = false
                handle(event)
            }
            told.removeAll(keepingCapacity: true)
        }
    }

    func tell(_ event: HTTP2Event) {
        events.append(event)
    }

    // MARK: Output

    /// Whether there may be something to send.
    public var wantsToSend: Bool {
        !isAbandoned && (unsafe nghttp2_session_want_write(session) != 0)
    }

    /// Whether the connection is over: all was said, and nothing more is expected.
    public var isFinished: Bool {
        if wantsToSend { return false }
        return failure != nil || (unsafe nghttp2_session_want_read(session) == 0)
    }

    /// Writes what is to be sent.
    ///
    /// - Parameters:
    ///   - chain: where it goes.
    ///   - limit: stops once the chain's load is this much; it may pass it by one frame.
    ///   - now: the time.
    public func produce(
        into chain: inout OutputChain,
        limit: Int,
        at now: ContinuousClock.Instant
    ) {
        timing.now = now
        // After the end nghttp2 would still know streams that are gone.
        if isAbandoned { return }
        collectReturnedCredit()
        swap(&chain, &output)
        outputLimit = limit
        defer { swap(&chain, &output) }
        while output.load < limit {
            var frame: UnsafePointer<UInt8>?
            // Callbacks run here; the frame is nghttp2's until the next call.
            let count = unsafe nghttp2_session_mem_send(session, &frame)
            guard count > 0, let frame = unsafe frame else {
                if count < 0 { fail(.internalError, "nghttp2: \(NghttpError.text(CInt(count)))") }
                break
            }
            unsafe output.append(RawSpan(_unsafeStart: frame, byteCount: count))
        }
    }

    // MARK: The end

    /// Ends the connection because of a fault: GOAWAY is sent, and nothing more is read.
    ///
    /// - Parameters:
    ///   - code: what the peer is told.
    ///   - reason: the reason in words, for the log.
    public func fail(_ code: HTTP2ErrorCode, _ reason: String) {
        guard failure == nil else { return }
        let failure = HTTP2Failure(code: code, reason: reason)
        self.failure = failure
        // Fails only without memory, which ends the process in Swift.
        unsafe nghttp2_session_terminate_session(session, code.rawValue)
        tell(.failed(failure))
    }

    /// The transport is gone: closes every stream, without a word to the peer.
    ///
    /// - Parameter code: what the streams' owners are told; of a request that was not sent yet they
    ///   are told REFUSED_STREAM.
    public func abandon(_ code: HTTP2ErrorCode) {
        isAbandoned = true
        lingering.removeAll()
        if failure == nil {
            failure = HTTP2Failure(code: code, reason: "the transport was closed")
        }
        while let stream = streams.last {
            close(stream, codeOfLoss(stream, code))
        }
    }

    /// What is told of a stream whose connection is lost: a request that did not go out may be sent
    /// again.
    private func codeOfLoss(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) -> HTTP2ErrorCode {
        role == .client && !stream.isRequestSent ? .refusedStream : code
    }

    /// Takes a stream off the table, and tells its owner.
    func close(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        guard stream.isOpen else { return }
        stream.isOpen = false
        noteUnanswered(stream, code)
        let last = streams.removeLast()
        if last !== stream {
            streams[stream.slot] = last
            last.slot = stream.slot
        }
        stream.sending.removeAll()
        // What was not taken counts against the budget only; other streams may use the window.
        returnConnectionCredit(stream.uncredited + stream.withheldCredit)
        stream.uncredited = 0
        stream.withheldCredit = 0
        timing.lastStreamClosed = timing.now
        tell(.closed(stream, code))
    }

    /// Counts a request that the peer made us end before it was answered: by a reset, or by a
    /// fault for which nghttp2 resets it (CVE-2025-8671).
    private func noteUnanswered(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        guard role == .server, failure == nil, !stream.isOutputFinished, !stream.isResetByUs,
            stream.isResetByPeer || code != .noError, let excess = meter.noteReset()
        else { return }
        fail(.enhanceYourCalm, "too many \(excess) frames")
    }

    /// Puts a stream on the table.
    func open(_ stream: HTTP2Stream) {
        stream.slot = streams.count
        streams.append(stream)
    }
}

/// nghttp2's words for its error codes.
enum NghttpError {
    /// What a code means.
    static func text(_ code: CInt) -> String {
        // The string is nghttp2's own and lives as long as the process.
        unsafe String(cString: nghttp2_strerror(code))
    }
}
