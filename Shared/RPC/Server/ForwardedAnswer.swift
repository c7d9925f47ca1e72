internal import HTTP2
package import Wire

/// Gives answers of calls that are passed on, of which some may have been fetched before.
package protocol ForwardedAnswers: Sendable {
    /// The answer to a call with one message.
    ///
    /// - Parameters:
    ///   - request: the message.
    ///   - call: the call, on its loop.
    ///   - fetch: makes the call that serves it, on any thread, for whoever waits for the answer.
    /// - Returns: the answer.
    /// - Throws: what `fetch` throws, or `RPCError`.
    func answer(
        to request: SharedBytes,
        of call: ServerCall,
        by fetch: @escaping @Sendable () async throws -> ForwardedAnswer
    ) async throws -> ForwardedAnswer
}

/// An answer of one message, with the fields that the caller gets beside it.
package struct ForwardedAnswer: Sendable {
    /// The message, unfolded, in memory of its own.
    package let message: SharedBytes
    /// The metadata before it.
    package var headers: Metadata
    /// The metadata that came with the status.
    package let trailers: Metadata

    /// An answer.
    package init(_ message: SharedBytes, headers: Metadata, trailers: Metadata) {
        self.message = message
        self.headers = headers
        self.trailers = trailers
    }

    /// Takes over what a service has answered: nothing of its connection is held on to.
    init(_ answer: OnlyAnswer, _ passes: (RawSpan) -> Bool) async throws {
        let message = try await answer.decoder.unfolded(answer.frame)
        self.init(
            SharedBytes(copying: message.bytes),
            headers: answer.headers.filtered(by: passes),
            trailers: answer.trailers.filtered(by: passes)
        )
    }

    /// How many bytes it has.
    package var byteCount: Int {
        message.count + headers.block.bytes.byteCount + trailers.block.bytes.byteCount
    }
}
