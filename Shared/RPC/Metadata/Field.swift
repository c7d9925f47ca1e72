package import HTTP2
internal import Wire

/// The names of the protocol's own fields.
enum Field {
    static let encoding = "grpc-encoding"
    static let accepts = "grpc-accept-encoding"
    static let timeout = "grpc-timeout"
    static let status = "grpc-status"
    static let message = "grpc-message"
    static let details = "grpc-status-details-bin"
    static let contentType = "content-type"
    /// How often a call was made before, of one that is made again.
    static let attempts = "grpc-previous-rpc-attempts"
    /// How long a server asks to wait before that.
    static let pushback = "grpc-retry-pushback-ms"
}

/// The fields that answers are made of.
package enum AnswerFields {
    /// What every answer begins with.
    static let plain = HeaderBlock(
        dictionaryLiteral: (":status", "200"),
        (Field.contentType, "application/grpc")
    ).examined()
    /// What an answer ends with that went well and has nothing else to say.
    static let success = HeaderBlock(dictionaryLiteral: (Field.status, "0")).examined()

    /// What an answer ends with.
    ///
    /// - Parameters:
    ///   - error: what went wrong; nil if nothing did.
    ///   - trailers: metadata that goes with it.
    /// - Returns: the fields.
    package static func trailers(_ error: RPCError?, _ trailers: Metadata) -> HeaderBlock {
        if error == nil && trailers.isEmpty { return success }
        var fields = HeaderBlock()
        append(error, trailers, to: &fields)
        return fields
    }

    /// Appends a status and its metadata; see ``trailers(_:_:)``.
    static func append(_ error: RPCError?, _ trailers: Metadata, to fields: inout HeaderBlock) {
        fields.append(Field.status, "\(error?.code.rawValue ?? 0)")
        if let error {
            fields.append(Field.message, StatusMessage.encode(error.message))
            if let pause = error.pause {
                let milliseconds = min(max(pause / .milliseconds(1), 0), Double(Int32.max))
                fields.append(Field.pushback, "\(Int32(milliseconds))")
            }
            if let details = error.details { fields.append(Field.details, binary: details.bytes) }
        }
        trailers.append(to: &fields)
    }
}
