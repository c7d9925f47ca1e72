internal import CNghttp2

// What becomes of a request whose answer does not wait for its end.
extension HTTP2Session {
    /// The peer has all that we will say of a stream, and goes on itself.
    ///
    /// Nobody here waits for the rest: the owner is told that the stream is over.
    func answeredEarly(_ stream: HTTP2Stream) {
        let most = hasInputEnded ? 0 : configuration.maximumLingeringStreams
        guard lingering.add(stream.id, at: timing.now, most: most) else {
            return reset(stream, .noError)
        }
        // It lives on in nghttp2 alone, which fails only for numbers it does not know.
        unsafe nghttp2_session_set_stream_user_data(session, stream.id, nil)
        // Kept by hand: closing takes the stream off the table that kept it.
        let kept = streams[stream.slot]
        close(kept, .noError)
    }

    /// Drops bytes of a body that nobody waits for any more.
    func unwantedBodyArrived(_ count: Int, of id: Int32) -> CInt {
        returnConnectionCredit(count)
        if !budget.isTight, lingering.isCredited(count, of: id, most: configuration.lingerBytes) {
            // Fails only if the peer overran the window, which nghttp2 has answered by then.
            unsafe nghttp2_session_consume_stream(session, id, count)
        }
        return 0
    }

    /// Tells the peer to stop where it has had the time to read the answer.
    ///
    /// - Parameter limit: how long that may take.
    func endLingering(after limit: Duration) {
        for id in lingering.takeOverdue(at: timing.now, after: limit) {
            // Fails only without memory.
            unsafe nghttp2_submit_rst_stream(
                session,
                UInt8(NGHTTP2_FLAG_NONE.rawValue),
                id,
                HTTP2ErrorCode.noError.rawValue
            )
        }
    }
}
