package import HTTP2
internal import Wire

/// What the fields of an answer say of how the call went.
package enum AnswerReader {
    /// Reads the fields that an answer begins with.
    ///
    /// - Parameter fields: those of the response.
    /// - Returns: how its messages are compressed.
    /// - Throws: ``RPCError`` if it is no answer of gRPC, or one that cannot be read.
    package static func compression(_ fields: HeaderBlock) throws(RPCError) -> Compression {
        // What servers of ours answer, most often.
        if fields == AnswerFields.plain { return .identity }
        guard fields.has(":status", "200"), let type = fields.first(Field.contentType),
            fields.value(of: type).hasPrefix("application/grpc")
        else { throw refusal(fields) }
        guard let field = fields.first(Field.encoding) else { return .identity }
        let encoding = String(repairing: fields.value(of: field))
        guard let known = Compression(rawValue: encoding) else {
            throw RPCError(.internalError, "the answer's grpc-encoding is '\(encoding)'")
        }
        return known
    }

    /// What stands between may have refused the call; its own status counts if it has one.
    private static func refusal(_ fields: HeaderBlock) -> RPCError {
        if let error = error(fields), error.origin == .peer { return error }
        let status = fields[":status"].flatMap { Int($0) } ?? 0
        let type = fields[Field.contentType] ?? ""
        return RPCError(
            .inferred(fromHTTP: status),
            "the answer has HTTP status \(status) and content-type '\(type)'",
            origin: .inferred
        )
    }

    /// Whether an answer is only a status.
    static func isStatusOnly(_ fields: HeaderBlock) -> Bool {
        fields != AnswerFields.plain && fields.first(Field.status) != nil
    }

    /// Reads the fields that an answer ends with.
    ///
    /// - Parameter fields: the trailers, or the only fields.
    /// - Returns: the error; nil if the call went well.
    package static func error(_ fields: HeaderBlock) -> RPCError? {
        if fields == AnswerFields.success || fields.has(Field.status, "0") { return nil }
        guard let text = fields[Field.status], let code = StatusCode.parse(text) else {
            return RPCError(.unknown, "the answer ended without a status", origin: .inferred)
        }
        if code == .ok { return nil }
        var message = ""
        if let field = fields.first(Field.message) {
            message = StatusMessage.decode(fields.value(of: field))
        }
        var details: SharedBytes?
        if let text = fields[Field.details] {
            var bytes = OutputBuffer()
            if Base64.decode(text.utf8Span.span.asRawSpan, to: &bytes) {
                details = SharedBytes(adopting: bytes)
            }
        }
        return RPCError(
            code,
            message,
            details: details,
            trailers: Metadata(received: fields),
            origin: .peer
        )
    }
}
