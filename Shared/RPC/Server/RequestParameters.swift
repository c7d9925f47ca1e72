package import HTTP2
internal import Wire

/// What the fields of a request say of the call, besides its method and its metadata.
package struct RequestParameters {
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
        for field in fields.fields {
            let name = fields.name(of: field)
            switch name.byteCount {
            case 7 where name.equals(":method"):
                if !fields.value(of: field).equals("POST") { throw .http(status: "405") }
            case 12 where name.equals("content-type"):
                contentTypes += 1
                if !Self.isRPC(fields.value(of: field)) { throw .http(status: "415") }
            case 12 where name.equals("grpc-timeout"):
                timeouts += 1
                timeout = try Self.timeout(fields.value(of: field))
            case 13 where name.equals("grpc-encoding"):
                encodings += 1
                compression = try Self.compression(fields.value(of: field))
            default:
                break
            }
        }
        if contentTypes == 0 { throw .http(status: "415") }
        for (name, count) in [
            (Field.contentType, contentTypes), (Field.timeout, timeouts),
            (Field.encoding, encodings),
        ] where count > 1 {
            throw .rpc(RPCError(.invalidArgument, "\(name) is given \(count) times"))
        }
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
