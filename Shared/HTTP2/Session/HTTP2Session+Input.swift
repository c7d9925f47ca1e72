internal import CNghttp2
internal import Wire

// What the callbacks for input note. They return 0, or a code of nghttp2's.
extension HTTP2Session {
    /// A HEADERS frame begins.
    @unsafe
    func headersBegan(_ frame: nghttp2_frame) -> CInt {
        arrivingHeaders.begin()
        let id = unsafe frame.hd.stream_id
        let category = unsafe frame.headers.cat
        if role == .server && category == NGHTTP2_HCAT_REQUEST {
            let stream = HTTP2Stream(id: id, budget: budget, at: timing.now)
            open(stream)
            requestCount += 1
            meter.noteStreamOpened()
            unsafe setUserData(stream)
            headerStream = stream
            // The GOAWAY on its way may name an earlier stream as the last that is served.
            if shutdown == .draining { refuse(stream) }
        } else {
            headerStream = unsafe streamFromTable(id)
        }
        return 0
    }

    /// A field of the block that is arriving.
    func headerArrived(_ name: RawSpan, _ value: RawSpan, _ treatment: FieldTreatment) -> CInt {
        arrivingHeaders.count(name, value)
        // A block may name a large field of the compression table again and again, a byte each:
        // beyond the limit it is only counted, and far beyond it not even checked.
        if isHeaderBlockOversized { return isHeaderBlockBomb ? defuse() : 0 }
        if configuration.refusesUnderscores && name.contains(UInt8(ascii: "_")) {
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        arrivingHeaders.keep(name, value, treatment)
        return 0
    }

    private var isHeaderBlockOversized: Bool {
        arrivingHeaders.fieldCount > configuration.maximumHeaderFields
            || arrivingHeaders.listSize > configuration.maximumHeaderBytes
    }

    private var isHeaderBlockBomb: Bool {
        arrivingHeaders.fieldCount > 4 * configuration.maximumHeaderFields
            || arrivingHeaders.listSize > 4 * configuration.maximumHeaderBytes
    }

    /// Has nghttp2 reset the stream, and unfold the rest of the block for the table's sake only.
    private func defuse() -> CInt {
        headerStream?.isResetByUs = true
        if let excess = meter.noteOversizedHeaders() {
            fail(.enhanceYourCalm, "too many \(excess) frames")
        }
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    }

    /// Refuses a request that may be sent again elsewhere.
    private func refuse(_ stream: HTTP2Stream) {
        stream.isInputRefused = true
        reset(stream, .refusedStream)
    }

    /// A frame is complete.
    @unsafe
    func frameArrived(_ frame: nghttp2_frame, on stream: HTTP2Stream?) -> CInt {
        switch FrameType(rawValue: unsafe frame.hd.type) {
        case .headers:
            if let stream {
                let endsStream =
                    unsafe frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
                headersArrived(on: stream, unsafe frame.headers.cat, endsStream: endsStream)
            }
        case .data:
            if let stream, unsafe frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 {
                stream.isInputEnded = true
                tellInput(of: stream)
                answerEnded(on: stream)
            }
        case .resetStream:
            stream?.isResetByPeer = true
        case .settings:
            settingsArrived(
                isAcknowledgement: unsafe frame.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
            )
        case .ping:
            if unsafe frame.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 {
                let payload = unsafe frame.ping.opaque_data
                pingAnswered(isForShutdown: payload.0 == PingPayload.shutdown.rawValue[0])
            }
        case .goAway:
            peerSaidGoodbye(HTTP2ErrorCode(rawValue: unsafe frame.goaway.error_code))
        default:
            break
        }
        return 0
    }

    private func headersArrived(
        on stream: HTTP2Stream,
        _ category: nghttp2_headers_category,
        endsStream: Bool
    ) {
        headerStream = nil
        defer { arrivingHeaders.begin() }
        stream.isInputEnded = endsStream
        if stream.isInputRefused { return }
        if isHeaderBlockOversized { return refuseHeaders(of: stream, category) }
        let block = arrivingHeaders.finish()
        switch role {
        case .server where category == NGHTTP2_HCAT_REQUEST:
            stream.headers = block
            tell(.request(stream), of: stream)
            if let most = configuration.maximumRequests, requestCount >= most { beginShutdown() }
        case .client where !stream.hasResponse:
            // Informational responses come before the one that counts.
            if !endsStream, block.isInformational { return }
            stream.hasResponse = true
            stream.headers = block
            tell(.response(stream), of: stream)
        default:
            stream.trailers = block
            tellInput(of: stream)
        }
        if endsStream { answerEnded(on: stream) }
    }

    /// The peer has said all: at a client nothing of a request goes out any more that was answered
    /// before its end.
    private func answerEnded(on stream: HTTP2Stream) {
        if role == .client && !stream.isOutputFinished { reset(stream, .noError) }
    }

    /// A message whose fields are too many or too large: a request is answered, the rest reset.
    private func refuseHeaders(of stream: HTTP2Stream, _ category: nghttp2_headers_category) {
        if role == .server && category == NGHTTP2_HCAT_REQUEST {
            stream.isBodyTimed = false
            stream.isInputRefused = true
            respond(to: stream, [":status": "431"], endsStream: true)
        } else {
            reset(stream, .enhanceYourCalm)
        }
        if let excess = meter.noteOversizedHeaders() {
            fail(.enhanceYourCalm, "too many \(excess) frames")
        }
    }

    /// Bytes of a body.
    func bodyArrived(_ bytes: RawSpan, on stream: HTTP2Stream) -> CInt {
        stream.totalReceived += bytes.byteCount
        stream.rateBytes += bytes.byteCount
        if stream.isInputRefused || stream.isBodyTooLarge {
            returnConnectionCredit(bytes.byteCount)
            return 0
        }
        if let limit = stream.collectLimit, stream.availableInput + bytes.byteCount > limit {
            stream.isBodyTooLarge = true
            returnConnectionCredit(bytes.byteCount)
            tellInput(of: stream)
            return 0
        }
        guard stream.budget.reserve(bytes.byteCount) else {
            // Windows were shut as memory got tight; this much was on its way all the same.
            stream.isInputRefused = true
            returnConnectionCredit(bytes.byteCount)
            reset(stream, .enhanceYourCalm)
            return 0
        }
        makeRoom(for: bytes, on: stream)
        stream.received.append(bytes)
        stream.uncredited += bytes.byteCount
        if stream.collectLimit != nil || stream.availableInput < stream.awaitedInput {
            creditCollected(stream)
        } else {
            tellInput(of: stream)
        }
        return 0
    }

    /// Tells of input, unless an event that says so is on its way.
    func tellInput(of stream: HTTP2Stream) {
        if !stream.isInputTold { tell(.input(stream), of: stream) }
    }

    /// Tells of a message, and so of all that has come of it by the time the event is handled.
    private func tell(_ event: HTTP2Event, of stream: HTTP2Stream) {
        stream.isInputTold = true
        tell(event)
    }

    private func settingsArrived(isAcknowledgement: Bool) {
        if isAcknowledgement {
            timing.areSettingsAcknowledged = true
            return
        }
        notePeerStreamLimit()
        if timing.peerSettingsArrival == nil {
            timing.peerSettingsArrival = timing.now
            tell(.settled)
        }
    }

    private func peerSaidGoodbye(_ code: HTTP2ErrorCode) {
        hasGoAway = true
        tell(.goAway(code))
    }

    // MARK: The table

    /// Has nghttp2 find a stream again by its number.
    @unsafe
    func setUserData(_ stream: HTTP2Stream) {
        // The table keeps it alive until nghttp2 has said that it is closed.
        let user = unsafe Unmanaged.passUnretained(stream).toOpaque()
        unsafe nghttp2_session_set_stream_user_data(session, stream.id, user)
    }

    @unsafe
    private func streamFromTable(_ id: Int32) -> HTTP2Stream? {
        guard let user = unsafe nghttp2_session_get_stream_user_data(session, id) else {
            return nil
        }
        return unsafe Unmanaged<HTTP2Stream>.fromOpaque(user).takeUnretainedValue()
    }
}

extension HeaderBlock {
    /// Whether the status is 100…199.
    fileprivate var isInformational: Bool {
        guard let field = first(":status") else { return false }
        let status = value(of: field)
        return status.byteCount == 3 && status.byte(at: 0) == UInt8(ascii: "1")
    }
}

extension RawSpan {
    fileprivate func contains(_ byte: UInt8) -> Bool {
        for offset in 0..<byteCount where self.byte(at: offset) == byte { return true }
        return false
    }
}
