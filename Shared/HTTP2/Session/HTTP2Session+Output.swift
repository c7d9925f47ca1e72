internal import CNghttp2
public import Wire

extension HTTP2Session {
    /// Why a request cannot be made now.
    public enum RequestError: Error, Equatable {
        /// As many streams are open as the peer allows.
        case tooManyStreams(Int)
        /// The connection accepts no more: it failed, one side says goodbye, or its stream numbers
        /// are used up.
        case connectionClosing
        /// The fields cannot be sent as they are: a name not in lower case, say.
        case illegalHeaders
    }

    /// How many more requests may be made now (at the client).
    public var availableStreams: Int {
        guard failure == nil, !isShuttingDown else { return 0 }
        return max(0, peerStreamLimit - streams.count)
    }

    /// Notes how many streams the peer's settings allow.
    func notePeerStreamLimit() {
        peerStreamLimit = Int(
            unsafe nghttp2_session_get_remote_settings(
                session,
                NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS
            )
        )
    }

    /// How many streams are open, those included whose answer is whole before their request is.
    public var openStreams: Int { streams.count + lingering.count }

    /// Client: begins a request.
    ///
    /// - Parameters:
    ///   - headers: `:method`, `:scheme`, `:path` and `:authority`, then other fields.
    ///   - endsStream: whether there is neither body nor trailers.
    /// - Returns: the request's stream.
    /// - Throws: ``RequestError``.
    public func request(
        _ headers: HeaderBlock,
        endsStream: Bool
    ) throws(RequestError) -> HTTP2Stream {
        guard availableStreams > 0 else {
            throw failure != nil || isShuttingDown
                ? .connectionClosing : .tooManyStreams(streams.count)
        }
        guard headers.isLegal else { throw .illegalHeaders }
        let stream = HTTP2Stream(id: 0, budget: budget, at: timing.now)
        // The table keeps it alive until nghttp2 has said that it is closed.
        let user = unsafe Unmanaged.passUnretained(stream).toOpaque()
        let fields = unsafe entries(of: headers)
        let (start, count) = (fields.baseAddress, fields.count)
        var source = unsafe SessionCallbacks.bodySource
        let id =
            unsafe endsStream
            ? nghttp2_submit_request(session, nil, start, count, nil, user)
            : nghttp2_submit_request(session, nil, start, count, &source, user)
        withExtendedLifetime(headers) {}
        guard id > 0 else {
            throw id == NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE.rawValue
                ? .connectionClosing : .illegalHeaders
        }
        stream.id = id
        stream.isOutputEnded = endsStream
        // A server may think, and a stream of answers be quiet, for as long as the caller waits.
        stream.isBodyTimed = false
        open(stream)
        return stream
    }

    /// Server: answers with header fields, unless the stream is closed.
    ///
    /// - Parameters:
    ///   - stream: whose request is answered; not answered yet.
    ///   - headers: `:status`, then other fields in lower case.
    ///   - endsStream: whether there is neither body nor trailers.
    public func respond(to stream: HTTP2Stream, _ headers: HeaderBlock, endsStream: Bool) {
        precondition(!stream.hasSubmitted, "a request is answered once")
        guard stream.isOpen else { return }
        guard headers.isLegal else { return reset(stream, .internalError) }
        stream.hasSubmitted = true
        stream.isOutputEnded = endsStream
        if endsStream { stream.outputProgress.restart(at: timing.now) }
        let fields = unsafe entries(of: headers)
        let (start, count) = (fields.baseAddress, fields.count)
        var source = unsafe SessionCallbacks.bodySource
        let status =
            unsafe endsStream
            ? nghttp2_submit_response(session, stream.id, start, count, nil)
            : nghttp2_submit_response(session, stream.id, start, count, &source)
        withExtendedLifetime(headers) {}
        if status != 0 { reset(stream, .internalError) }
    }

    /// Hands in more of a body, unless the stream is closed.
    ///
    /// It always takes the bytes; whoever sends much waits while ``HTTP2Stream/isWritable`` is
    /// false.
    ///
    /// - Parameters:
    ///   - bytes: the next part of the body.
    ///   - stream: the stream, whose output has begun and not ended.
    public func send(_ bytes: SharedBytes, on stream: HTTP2Stream) {
        precondition(!stream.isOutputEnded || !stream.isOpen, "the output was ended before")
        guard stream.isOpen, bytes.count > 0 else { return }
        if stream.unsentOutput == 0 { stream.outputProgress.restart(at: timing.now) }
        stream.sending.append(bytes)
        if stream.unsentOutput > configuration.outputHighWater { stream.isAboveHighWater = true }
        resume(stream)
    }

    /// Ends the output of a stream, unless it is closed.
    ///
    /// - Parameters:
    ///   - stream: the stream, whose output has begun and not ended.
    ///   - trailers: fields to end it with, if any; none of them pseudo-fields.
    public func finish(_ stream: HTTP2Stream, trailers: HeaderBlock? = nil) {
        precondition(!stream.isOutputEnded || !stream.isOpen, "the output was ended before")
        guard stream.isOpen else { return }
        if let trailers, !trailers.isLegal { return reset(stream, .internalError) }
        stream.isOutputEnded = true
        if stream.unsentOutput == 0 { stream.outputProgress.restart(at: timing.now) }
        stream.sendingTrailers = trailers
        resume(stream)
    }

    /// Ends a stream at once, unless it is closed, or on its way to be.
    ///
    /// - Parameters:
    ///   - stream: the stream.
    ///   - code: what the peer is told.
    public func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        // A second reset of a request that has not gone out yet would go out without it.
        guard stream.isOpen, !stream.isResetByUs else { return }
        stream.isResetByUs = true
        // Fails only without memory.
        unsafe nghttp2_submit_rst_stream(
            session,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            stream.id,
            code.rawValue
        )
    }

    private func resume(_ stream: HTTP2Stream) {
        guard stream.isDeferred else { return }
        stream.isDeferred = false
        // Fails only if nothing was deferred.
        unsafe nghttp2_session_resume_data(session, stream.id)
    }

    /// Lays out a block's fields for nghttp2, which copies what it is handed.
    ///
    /// - Parameter headers: the block; they point into it, so that it must be kept while they are
    ///   used.
    /// - Returns: the fields, until those of another block are laid out.
    @unsafe
    func entries(of headers: borrowing HeaderBlock) -> UnsafeBufferPointer<nghttp2_nv> {
        unsafe fieldEntries.reserve(headers.count)
        let bytes = headers.bytes
        // They lie in an array of the block's, which stays where it is while nobody changes it.
        guard let base = unsafe bytes.withUnsafeBytes({ $0.baseAddress }) else {
            return unsafe UnsafeBufferPointer(start: nil, count: 0)
        }
        var next = 0
        var count = 0
        while let field = HeaderBlock.field(at: next, in: bytes) {
            // nghttp2 only reads; its type leaves out the `const`.
            let start = unsafe UnsafeMutablePointer(
                mutating: base.advanced(by: field.start).assumingMemoryBound(to: UInt8.self)
            )
            let flag =
                field.treatment.isRemembered ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX
            unsafe fieldEntries.memory[count] = unsafe nghttp2_nv(
                name: start,
                value: start + field.nameCount,
                namelen: field.nameCount,
                valuelen: field.valueCount,
                flags: UInt8(flag.rawValue)
            )
            count += 1
            next = field.end
        }
        return unsafe UnsafeBufferPointer(start: fieldEntries.memory.baseAddress, count: count)
    }

    // MARK: What the callbacks for output note

    /// How much of a body can go out next.
    ///
    /// - Returns: the number of bytes, or a code of nghttp2's.
    func nextBodyPart(of stream: HTTP2Stream, _ limit: Int, isLast: inout Bool) -> CInt {
        let count = min(stream.unsentOutput, limit)
        isLast = stream.isOutputEnded && count == stream.unsentOutput
        if count == 0 && !isLast {
            stream.isDeferred = true
            return NGHTTP2_ERR_DEFERRED.rawValue
        }
        if isLast, let trailers = stream.sendingTrailers {
            let fields = unsafe entries(of: trailers)
            let (start, count) = (fields.baseAddress, fields.count)
            let status = unsafe nghttp2_submit_trailer(session, stream.id, start, count)
            withExtendedLifetime(trailers) {}
            if status != 0 { return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue }
        }
        return CInt(count)
    }

    /// Writes a DATA frame.
    func sendBody(_ head: RawSpan, _ count: Int, of stream: HTTP2Stream) -> CInt {
        // nghttp2 asks for the same frame again the next time.
        if output.load >= outputLimit { return NGHTTP2_ERR_WOULDBLOCK.rawValue }
        output.append(head)
        stream.sending.move(count, to: &output)
        let (enough, limit) = (stallBytes, configuration.stallTimeout)
        stream.outputProgress.note(count, at: timing.now, enough: enough, limit: limit)
        timing.outputProgress.note(count, at: timing.now, enough: enough, limit: limit)
        meter.noteFrameSent()
        if stream.isAboveHighWater && stream.unsentOutput <= configuration.outputHighWater / 2 {
            stream.isAboveHighWater = false
            tell(.writable(stream))
        }
        return 0
    }

    /// A frame has gone out.
    @unsafe
    func frameSent(_ frame: nghttp2_frame, _ type: FrameType, on stream: HTTP2Stream?) -> CInt {
        if type == .goAway {
            let code = HTTP2ErrorCode(rawValue: unsafe frame.goaway.error_code)
            // nghttp2 ends a connection by itself when the peer breaks the protocol.
            if code != .noError && failure == nil {
                let failure = HTTP2Failure(code: code, reason: unsafe Self.reason(of: frame.goaway))
                self.failure = failure
                tell(.failed(failure))
            }
            return 0
        }
        if type == .headers {
            meter.noteFrameSent()
            stream?.isRequestSent = true
        }
        if let stream,
            unsafe frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        {
            stream.isOutputFinished = true
            if role == .server && !stream.isInputEnded { answeredEarly(stream) }
        }
        return 0
    }

    @unsafe
    private static func reason(of frame: nghttp2_goaway) -> String {
        guard let start = unsafe frame.opaque_data, unsafe frame.opaque_data_len > 0 else {
            return "the peer broke the protocol"
        }
        // nghttp2's own words, its until the callback returns.
        let words = unsafe UnsafeBufferPointer(start: start, count: frame.opaque_data_len)
        return unsafe String(decoding: words, as: UTF8.self)
    }
}

extension HeaderBlock {
    /// Whether nghttp2 would send the block as it is: it checks what it receives only.
    var isLegal: Bool {
        if isKnownLegal { return true }
        let bytes = bytes
        var next = 0
        while let field = Self.field(at: next, in: bytes) {
            next = field.end
            let valueStart = field.start + field.nameCount
            let name = bytes.extracting(field.start..<valueStart)
            let value = bytes.extracting(valueStart..<field.end)
            // It reads both within their bounds only.
            let isNameLegal = unsafe name.withUnsafeBytes {
                unsafe nghttp2_check_header_name(
                    $0.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    $0.count
                )
            }
            let isValueLegal = unsafe value.withUnsafeBytes {
                unsafe nghttp2_check_header_value_rfc9113(
                    $0.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    $0.count
                )
            }
            if isNameLegal == 0 || (isValueLegal == 0 && value.byteCount > 0) { return false }
        }
        return true
    }
}
