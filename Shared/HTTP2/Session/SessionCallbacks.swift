internal import CNghttp2
internal import Wire

/// What nghttp2 calls while it reads or writes: each notes what happened and returns.
enum SessionCallbacks {
    /// The table of callbacks, shared by all sessions; it lives as long as the process.
    ///
    /// Written once, before any session exists; nghttp2 only reads it.
    nonisolated(unsafe) static let table: OpaquePointer = {
        var made: OpaquePointer?
        unsafe nghttp2_session_callbacks_new(&made)
        guard let table = unsafe made else {
            preconditionFailure("no memory for the callbacks of connections")
        }
        unsafe registerHeaders(table)
        unsafe registerFrames(table)
        unsafe registerOutput(table)
        return unsafe table
    }()

    @unsafe
    private static func registerHeaders(_ table: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(table) { _, frame, user in
            guard let frame = unsafe frame?.pointee else { return 0 }
            return unsafe withSession(user) { unsafe $0.headersBegan(frame) }
        }
        unsafe nghttp2_session_callbacks_set_on_header_callback(table) {
            _,
            _,
            name,
            nameCount,
            value,
            valueCount,
            flags,
            user in
            guard let name = unsafe name, let value = unsafe value else { return 0 }
            // Both are nghttp2's until the callback returns.
            let nameBytes = unsafe RawSpan(_unsafeStart: name, byteCount: nameCount)
            let valueBytes = unsafe RawSpan(_unsafeStart: value, byteCount: valueCount)
            // Why it is not to be remembered, only whoever sent it knows.
            let isRemembered = flags & UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue) == 0
            return unsafe withSession(user) {
                $0.headerArrived(nameBytes, valueBytes, isRemembered ? .plain : .secret)
            }
        }
        unsafe nghttp2_session_callbacks_set_on_invalid_header_callback(table) {
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _ in
            // Without this answer nghttp2 would leave the field out and go on.
            NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
    }

    @unsafe
    private static func registerFrames(_ table: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table) {
            session,
            _,
            streamID,
            data,
            count,
            user in
            guard let session = unsafe session, let data = unsafe data else { return 0 }
            // They are the driver's, and stay until the callback returns.
            let bytes = unsafe RawSpan(_unsafeStart: data, byteCount: count)
            return unsafe withStream(session, streamID, user) { $0.bodyArrived(bytes, on: $1) }
                ?? withSession(user) { $0.unwantedBodyArrived(count, of: streamID) }
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(table) {
            session,
            frame,
            user in
            guard let session = unsafe session, let frame = unsafe frame?.pointee else { return 0 }
            return unsafe withStream(session, frame.hd.stream_id, user) {
                unsafe $0.frameArrived(frame, on: $1)
            } ?? withSession(user) { unsafe $0.frameArrived(frame, on: nil) }
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(table) {
            session,
            streamID,
            code,
            user in
            guard let session = unsafe session else { return 0 }
            return unsafe withStream(session, streamID, user) { session, found in
                // Kept by hand: closing takes the stream off the table that kept it.
                let stream = unsafe Unmanaged.passRetained(found)
                unsafe session.close(stream.takeRetainedValue(), HTTP2ErrorCode(rawValue: code))
                return 0
            }
                ?? withSession(user) { session in
                    session.lingering.remove(streamID)
                    return 0
                }
        }
    }

    @unsafe
    private static func registerOutput(_ table: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(table) { session, frame, user in
            guard let session = unsafe session, let frame = unsafe frame?.pointee else { return 0 }
            let type = FrameType(rawValue: unsafe frame.hd.type)
            guard type == .data || type == .headers || type == .goAway else { return 0 }
            return unsafe withStream(session, frame.hd.stream_id, user) {
                unsafe $0.frameSent(frame, type, on: $1)
            } ?? withSession(user) { unsafe $0.frameSent(frame, type, on: nil) }
        }
        unsafe nghttp2_session_callbacks_set_send_data_callback(table) {
            session,
            frame,
            header,
            count,
            _,
            user in
            guard let session = unsafe session, let header = unsafe header,
                let frame = unsafe frame?.pointee
            else { return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue }
            // The nine bytes before the payload are nghttp2's until the callback returns.
            let head = unsafe RawSpan(_unsafeStart: header, byteCount: FrameHeader.size)
            return unsafe withStream(session, frame.hd.stream_id, user) {
                $0.sendBody(head, count, of: $1)
            } ?? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
    }

    /// What nghttp2 reads bodies with: it asks how much there is, then has it written.
    static var bodySource: nghttp2_data_provider {
        var provider = unsafe nghttp2_data_provider()
        unsafe provider.read_callback = { session, streamID, _, limit, flags, _, user in
            guard let session = unsafe session, let flags = unsafe flags else {
                return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
            }
            let count = unsafe withStream(session, streamID, user) { session, stream in
                var isLast = false
                let count = session.nextBodyPart(of: stream, limit, isLast: &isLast)
                unsafe flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_COPY.rawValue)
                if isLast {
                    unsafe flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
                    if stream.sendingTrailers != nil {
                        unsafe flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
                    }
                }
                return count
            }
            return Int(count ?? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        return unsafe provider
    }
}

/// The session that a callback was called for.
///
/// - Returns: what `body` returns, which nghttp2 is told.
@unsafe
@inline(__always)
private func withSession(
    _ user: UnsafeMutableRawPointer?,
    _ body: (HTTP2Session) -> CInt
) -> CInt {
    guard let user = unsafe user else { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
    // Callbacks run only inside a method of the session, which keeps it alive.
    return unsafe Unmanaged<HTTP2Session>.fromOpaque(user)._withUnsafeGuaranteedRef(body)
}

/// The session that a callback was called for, with a stream of its table.
///
/// - Returns: what `body` returns, which nghttp2 is told; nil if there is no such stream.
@unsafe
@inline(__always)
private func withStream(
    _ session: OpaquePointer,
    _ id: Int32,
    _ user: UnsafeMutableRawPointer?,
    _ body: (HTTP2Session, HTTP2Stream) -> CInt
) -> CInt? {
    guard id > 0, let found = unsafe nghttp2_session_get_stream_user_data(session, id) else {
        return nil
    }
    return unsafe withSession(user) { session in
        // The table holds each stream until nghttp2 has said that it is closed, and `body` is what
        // takes it off.
        unsafe Unmanaged<HTTP2Stream>.fromOpaque(found)._withUnsafeGuaranteedRef {
            body(session, $0)
        }
    }
}
