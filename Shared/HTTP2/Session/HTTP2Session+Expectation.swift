internal import CNghttp2

extension HTTP2Session {
    /// Somebody asks for a body: a client that waits to be asked for it is told to go on
    /// (RFC 9110 §10.1.1).
    ///
    /// What has come, or is answered already, need not be asked for.
    func askForBody(of stream: HTTP2Stream) {
        guard role == .server, !stream.isBodyAskedFor else { return }
        stream.isBodyAskedFor = true
        guard stream.isOpen, !stream.isInputEnded, stream.totalReceived == 0, !stream.hasSubmitted,
            !stream.isResetByUs, stream.headers.expectsContinue
        else { return }
        let informational: HeaderBlock = [":status": "100"]
        let fields = unsafe entries(of: informational)
        // Fails only without memory.
        unsafe nghttp2_submit_headers(
            session,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            stream.id,
            nil,
            fields.baseAddress,
            fields.count,
            nil
        )
        withExtendedLifetime(informational) {}
        // Until now the peer was right to be silent.
        stream.rateStart = timing.now
        stream.rateBytes = 0
    }
}

extension HeaderBlock {
    /// Whether the client waits for status 100 before it sends the body.
    fileprivate var expectsContinue: Bool { self["expect"]?.lowercased() == "100-continue" }
}
