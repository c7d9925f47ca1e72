internal import HTTP2
internal import RPC
internal import Wire

/// Writes answers of gRPC-Web: gRPC's frames, and a last one that holds the trailers, for browsers
/// that show none; as text, all of it in base64.
///
/// Source: grpc/grpc, `doc/PROTOCOL-WEB.md`.
final class GRPCWebWriter: StreamAnswerWriter {
    private let isText: Bool
    private let common: HeaderBlock

    /// The flag of the frame that holds the trailers.
    private static let trailersFlag: UInt8 = 0x80

    /// - Parameters:
    ///   - isText: whether the answer is in base64.
    ///   - common: fields of every answer.
    init(isText: Bool, common: HeaderBlock) {
        self.isText = isText
        self.common = common
    }

    func translated(_ frame: SharedBytes) throws(RPCError) -> SharedBytes { encoded(frame) }

    func opening(_ opening: HeaderBlock) -> HeaderBlock {
        let type = isText ? "application/grpc-web-text+proto" : "application/grpc-web+proto"
        var fields: HeaderBlock = [":status": "200", "content-type": type]
        for field in opening.fields where opening.name(of: field).equals("grpc-encoding") {
            fields.append(opening.name(of: field), opening.value(of: field))
        }
        HTTPFields.append(metadataOf: opening, to: &fields)
        fields.append(common)
        return fields
    }

    func ending(_ error: RPCError?, _ trailers: HeaderBlock) -> SharedBytes? {
        var frame = OutputBuffer()
        frame.append(Self.trailersFlag)
        frame.appendFixed(UInt32(0))
        for field in trailers.fields {
            let name = trailers.name(of: field)
            if name.hasPrefix(":") || name.equals("content-type") { continue }
            frame.append(name)
            frame.append(":")
            frame.append(trailers.value(of: field))
            frame.append("\r\n")
        }
        let count = frame.count - MessageFrame.prefixCount
        frame.replace(at: 1, withBigEndian: UInt32(truncatingIfNeeded: count))
        return encoded(SharedBytes(adopting: frame))
    }

    func refusal(
        _ error: RPCError,
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock
    ) -> (HeaderBlock, SharedBytes) {
        (self.opening(opening), ending(error, trailers) ?? SharedBytes([]))
    }

    private func encoded(_ bytes: SharedBytes) -> SharedBytes {
        guard isText else { return bytes }
        var text = OutputBuffer(minimumCapacity: bytes.count / 3 * 4 + 4)
        Base64.append(bytes.bytes, to: &text)
        return SharedBytes(adopting: text)
    }
}
