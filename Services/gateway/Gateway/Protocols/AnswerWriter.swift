internal import HTTP2
internal import RPC
internal import Wire

/// Makes a protocol's answer of one of gRPC.
///
/// An answer is either whole, one body whose status comes first, or a stream of parts with an
/// ending that says how it went. Used on the loop, but for ``translated(_:)``.
protocol AnswerWriter: AnyObject {
    /// Whether the answer is a stream.
    var isStream: Bool { get }

    /// A message as it is sent; any thread may ask.
    ///
    /// - Parameter frame: the message behind its prefix.
    /// - Returns: what is sent.
    /// - Throws: INTERNAL for a message that is none of its type.
    func translated(_ frame: SharedBytes) throws(RPCError) -> SharedBytes

    /// Of a whole answer: what brings a message.
    ///
    /// - Parameters:
    ///   - opening: what the answer of gRPC began with.
    ///   - trailers: what it ended with.
    ///   - body: the message, translated.
    /// - Returns: the fields and the body; nil for one without, as status 204 has it.
    func whole(
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock,
        _ body: SharedBytes
    ) -> (HeaderBlock, SharedBytes?)

    /// What is answered to a call that failed before any message.
    ///
    /// - Parameters:
    ///   - error: how it failed.
    ///   - opening: what the answer of gRPC began with.
    ///   - trailers: what it ended with; the same block if it was only that.
    /// - Returns: the fields and the body.
    func refusal(
        _ error: RPCError,
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock
    ) -> (HeaderBlock, SharedBytes)

    /// Of a stream: the fields it begins with.
    func opening(_ opening: HeaderBlock) -> HeaderBlock

    /// Of a stream: the next part, of a translated message.
    func part(_ translated: SharedBytes) -> SharedBytes

    /// Of a stream: what it ends with; nil for nothing.
    func ending(_ error: RPCError?, _ trailers: HeaderBlock) -> SharedBytes?

    /// Of a stream: whether its ending says that it failed; one that cannot say so is broken off.
    var tellsErrors: Bool { get }

    /// Of a stream: what it says, and how often, to show that it lives; nil for nothing.
    var heartbeat: (Duration, SharedBytes)? { get }
}

extension AnswerWriter {
    func part(_ translated: SharedBytes) -> SharedBytes { translated }
    var tellsErrors: Bool { true }
    var heartbeat: (Duration, SharedBytes)? { nil }
}

/// An answer that is one body.
protocol WholeAnswerWriter: AnswerWriter {}

extension WholeAnswerWriter {
    var isStream: Bool { false }
    func opening(_ opening: HeaderBlock) -> HeaderBlock {
        whole(opening, HeaderBlock(), SharedBytes([])).0
    }
    func ending(_ error: RPCError?, _ trailers: HeaderBlock) -> SharedBytes? { nil }
}

/// An answer of parts.
protocol StreamAnswerWriter: AnswerWriter {}

extension StreamAnswerWriter {
    var isStream: Bool { true }
    func whole(
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock,
        _ body: SharedBytes
    ) -> (HeaderBlock, SharedBytes?) { (self.opening(opening), body) }
}

extension RPCError {
    /// What a service answers is no message of its type.
    static func unreadable(_ error: CodecError, _ schema: MessageSchema) -> RPCError {
        .fault("a service answers what is no \(schema.fullName): \(error)")
    }
}

extension SharedBytes {
    /// The message of a frame.
    var message: SharedBytes { extracting(MessageFrame.prefixCount..<count) }
}
