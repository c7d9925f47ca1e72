internal import CNghttp2

/// Makes nghttp2's sessions.
enum SessionFactory {
    /// Makes a session with our callbacks and no user data yet.
    ///
    /// - Returns: a pointer that the caller deletes.
    @unsafe
    static func makeSession(
        _ role: HTTP2Session.Role,
        _ configuration: HTTP2Configuration
    ) -> OpaquePointer {
        var made: OpaquePointer?
        let options = unsafe makeOptions(configuration)
        defer { unsafe nghttp2_option_del(options) }
        // Both only read what they are given, and fail only without memory.
        switch role {
        case .server:
            unsafe nghttp2_session_server_new2(&made, SessionCallbacks.table, nil, options)
        case .client:
            unsafe nghttp2_session_client_new2(&made, SessionCallbacks.table, nil, options)
        }
        guard let made = unsafe made else { preconditionFailure("no memory for a connection") }
        return unsafe made
    }

    /// Windows are left to us; nghttp2's own guards stay on behind ours, but for one.
    @unsafe
    private static func makeOptions(_ configuration: HTTP2Configuration) -> OpaquePointer {
        var made: OpaquePointer?
        unsafe nghttp2_option_new(&made)
        guard let options = unsafe made else {
            preconditionFailure("no memory for the options of a connection")
        }
        unsafe nghttp2_option_set_no_auto_window_update(options, 1)
        unsafe nghttp2_option_set_max_continuations(options, configuration.abuse.continuations)
        // nghttp2 counts resets without regard to how much else a client does: `AbuseMeter` judges.
        unsafe nghttp2_option_set_stream_reset_rate_limit(options, 1 << 40, 1 << 40)
        return unsafe options
    }
}

extension HTTP2Session {
    /// Hands nghttp2 our settings; they go out before anything else.
    func submitSettings() {
        var entries = [
            entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, configuration.maximumConcurrentStreams),
            entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, configuration.streamWindow),
            entry(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, configuration.maximumFrameSize),
            entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, configuration.maximumHeaderBytes),
            // RFC 9113 has done away with the priorities of RFC 7540: nobody keeps a tree of them.
            entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
        ]
        if role == .client { entries.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0)) }
        // nghttp2 copies the entries; it refuses only values out of range.
        let status = unsafe nghttp2_submit_settings(
            session,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            entries,
            entries.count
        )
        precondition(status == 0, "settings out of range: \(NghttpError.text(status))")
        // A window below 65,535 cannot be announced for the connection: it begins there.
        unsafe nghttp2_session_set_local_window_size(
            session,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            0,
            Int32(max(65_535, configuration.connectionWindow))
        )
    }

    private func entry(
        _ id: nghttp2_settings_id,
        _ value: Int
    ) -> nghttp2_settings_entry {
        nghttp2_settings_entry(
            settings_id: Int32(id.rawValue),
            value: UInt32(clamping: value)
        )
    }
}
