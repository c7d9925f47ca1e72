package import HTTP2
internal import Wire

/// What the fields of a request say of the call, besides its method and its metadata.
///
/// `te` is not among them: a server may answer a caller that leaves it out, and so does ours.
package struct RequestParameters {
    /// Where the path is; nil if there is none.
    package private(set) var path: HeaderBlock.Field?
    package private(set) var timeout: Duration?
    package private(set) var compression = Compression.identity

    /// Why a request is not one of gRPC.
    package enum Refusal: Error {
        /// It is answered with an HTTP status, as gRPC asks for.
        case http(status: String)
        /// It is answered with a status of gRPC.
        case rpc(RPCError)
    }

    /// Reads the fields.
    ///
    /// - Parameter fields: those of the request.
    /// - Throws: ``Refusal``.
    package init(_ fields: HeaderBlock) throws(Refusal) {
        var contentTypes = 0
        var timeouts = 0
        var encodings = 0
        let bytes = fields.bytes
        var next = 0
        while let field = HeaderBlock.field(at: next, in: bytes) {
            next = field.end
            let valueStart = field.start + field.nameCount
            let name = bytes.extracting(field.start..<valueStart)
            let value = bytes.extracting(valueStart..<field.end)
            switch name.byteCount {
            case 5 where name.equals(":path"):
                path = field
            case 7 where name.equals(":method"):
                if !value.equals("POST") { throw .http(status: "405") }
            case 12 where name.equals("content-type"):
                contentTypes += 1
                if !Self.isRPC(value) { throw .http(status: "415") }
            case 12 where name.equals("grpc-timeout"):
                timeouts += 1
                timeout = try Self.timeout(value)
            case 13 where name.equals("grpc-encoding"):
                encodings += 1
                compression = try Self.compression(value)
            default:
                break
            }
        }
        if contentTypes == 0 { throw .http(status: "415") }
        if contentTypes > 1 { throw Self.doubled(Field.contentType, contentTypes) }
        if timeouts > 1 { throw Self.doubled(Field.timeout, timeouts) }
        if encodings > 1 { throw Self.doubled(Field.encoding, encodings) }
    }

    private static func doubled(_ name: String, _ count: Int) -> Refusal {
        .rpc(RPCError(.invalidArgument, "\(name) is given \(count) times"))
    }

    /// Whether a content type is gRPC's with protobuf messages, and not that of gRPC-Web.
    private static func isRPC(_ type: RawSpan) -> Bool {
        guard type.hasPrefix("application/grpc") else { return false }
        let rest = type.extracting(droppingFirst: 16)
        return rest.isEmpty || rest.byte(at: 0) == UInt8(ascii: ";") || rest.equals("+proto")
            || rest.hasPrefix("+proto;")
    }

    private static func timeout(_ text: RawSpan) throws(Refusal) -> Duration {
        guard let timeout = CallTimeout.parse(text) else {
            throw .rpc(
                RPCError(
                    .invalidArgument,
                    "grpc-timeout is '\(String(repairing: text))', not up to eight digits and one "
                        + "of H, M, S, m, u, n"
                )
            )
        }
        return timeout
    }

    private static func compression(_ name: RawSpan) throws(Refusal) -> Compression {
        if let known = Compression(rawValue: String(repairing: name)) { return known }
        throw .rpc(
            RPCError(
                .unimplemented,
                "grpc-encoding is '\(String(repairing: name))', not one of "
                    + Compression.accepted
            )
        )
    }
}
