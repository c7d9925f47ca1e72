internal import HTTP2
internal import RPC
internal import Wire

/// Writes unary answers of Connect: the bare message, or an error in JSON with a status of HTTP.
final class ConnectUnaryWriter: WholeAnswerWriter {
    private let codec: ConnectCodec
    private let schema: MessageSchema
    private let options: JSONOptions
    private let known: String?
    private let common: HeaderBlock

    /// - Parameters:
    ///   - codec: the form of messages.
    ///   - schema: the type of the answer.
    ///   - options: how JSON is printed.
    ///   - known: the answers that the caller has, as `if-none-match` says; nil for none.
    ///   - common: fields of every answer.
    init(
        _ codec: ConnectCodec,
        _ schema: MessageSchema,
        _ options: JSONOptions,
        known: String? = nil,
        common: HeaderBlock
    ) {
        self.codec = codec
        self.schema = schema
        self.options = options
        self.known = known
        self.common = common
    }

    func translated(_ frame: SharedBytes) throws(RPCError) -> SharedBytes {
        try codec.encoded(frame.message, as: schema, options)
    }

    func whole(
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock,
        _ body: SharedBytes
    ) -> (HeaderBlock, SharedBytes?) {
        let isKnown = HTTPFields.isKnown(opening, known)
        var fields = HTTPFields.opening(
            isKnown ? 304 : 200,
            type: isKnown ? nil : "application/\(codec.rawValue)",
            count: isKnown ? nil : body.count,
            caching: opening["cache-control"]
        )
        HTTPFields.append(metadataOf: opening, to: &fields)
        HTTPFields.append(metadataOf: trailers, to: &fields, prefix: "trailer-")
        fields.append(common)
        return (fields, isKnown ? nil : body)
    }

    func refusal(
        _ error: RPCError,
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock
    ) -> (HeaderBlock, SharedBytes) {
        var text = OutputBuffer()
        ConnectError.append(error, to: &text)
        let status = error.code.httpStatus
        var fields = HTTPFields.opening(status, type: "application/json", count: text.count)
        HTTPFields.append(metadataOf: opening, to: &fields)
        if opening != trailers {
            HTTPFields.append(metadataOf: trailers, to: &fields, prefix: "trailer-")
        }
        fields.append(common)
        return (fields, SharedBytes(adopting: text))
    }
}

/// Writes streams of Connect: messages in envelopes, of which the last says how it went.
final class ConnectStreamWriter: StreamAnswerWriter {
    private let codec: ConnectCodec
    private let schema: MessageSchema
    private let options: JSONOptions
    private let common: HeaderBlock

    /// The flag of the last envelope.
    private static let endFlag: UInt8 = 0x02

    /// - Parameters: as for ``ConnectUnaryWriter``.
    init(
        _ codec: ConnectCodec,
        _ schema: MessageSchema,
        _ options: JSONOptions,
        common: HeaderBlock
    ) {
        self.codec = codec
        self.schema = schema
        self.options = options
        self.common = common
    }

    func translated(_ frame: SharedBytes) throws(RPCError) -> SharedBytes {
        guard codec == .json else { return frame }
        return MessageFrame.make(of: try codec.encoded(frame.message, as: schema, options))
    }

    func opening(_ opening: HeaderBlock) -> HeaderBlock {
        var fields: HeaderBlock = [
            ":status": "200", "content-type": "application/connect+\(codec.rawValue)",
        ]
        HTTPFields.append(metadataOf: opening, to: &fields)
        fields.append(common)
        return fields
    }

    func ending(_ error: RPCError?, _ trailers: HeaderBlock) -> SharedBytes? {
        var envelope = OutputBuffer()
        envelope.append(Self.endFlag)
        envelope.appendFixed(UInt32(0))
        envelope.append("{")
        if let error {
            envelope.append(#""error":"#)
            ConnectError.append(error, to: &envelope)
        }
        Self.append(metadata: trailers, afterError: error != nil, to: &envelope)
        envelope.append("}")
        let count = envelope.count - MessageFrame.prefixCount
        envelope.replace(at: 1, withBigEndian: UInt32(truncatingIfNeeded: count))
        return SharedBytes(adopting: envelope)
    }

    private static func append(
        metadata trailers: HeaderBlock,
        afterError: Bool,
        to text: inout OutputBuffer
    ) {
        let metadata = Metadata(received: trailers)
        var names: [String] = []
        for name in metadata.names where !names.contains(name) { names.append(name) }
        if names.isEmpty { return }
        text.append(afterError ? #","metadata":{"# : #""metadata":{"#)
        for (place, name) in names.enumerated() {
            if place > 0 { text.append(",") }
            text.appendJSON(name)
            text.append(":[")
            for (position, value) in metadata.values(name).enumerated() {
                if position > 0 { text.append(",") }
                text.appendJSON(value)
            }
            text.append("]")
        }
        text.append("}")
    }

    func refusal(
        _ error: RPCError,
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock
    ) -> (HeaderBlock, SharedBytes) {
        let ending = opening == trailers ? HeaderBlock() : trailers
        return (self.opening(opening), self.ending(error, ending) ?? SharedBytes([]))
    }
}
