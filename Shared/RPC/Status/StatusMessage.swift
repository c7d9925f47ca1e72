internal import Wire

/// The text of a `grpc-message` field: UTF-8 in which all but printable ASCII, and `%`, is escaped.
///
/// Source: gRPC, `doc/PROTOCOL-HTTP2.md`, “Status-Message”.
package enum StatusMessage {
    /// What longer messages are cut to, before they are escaped.
    package static let limit = 1_024

    /// Escapes a message; one that is too long is cut between two characters.
    package static func encode(_ message: String) -> String {
        if message.utf8.count <= limit, message.utf8.allSatisfy(isLiteral) { return message }
        var escaped: [UInt8] = []
        var count = 0
        for character in message {
            count += character.utf8.count
            if count > limit { break }
            for byte in character.utf8 { append(byte, to: &escaped) }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    /// Undoes the escapes; broken ones are left as they are, and bytes that are no UTF-8 replaced.
    package static func decode(_ text: RawSpan) -> String {
        var bytes = OutputBuffer(minimumCapacity: text.byteCount)
        var offset = 0
        while offset < text.byteCount {
            let byte = text.byte(at: offset)
            if byte == UInt8(ascii: "%"), offset + 2 < text.byteCount,
                let high = PercentText.digit(text.byte(at: offset + 1)),
                let low = PercentText.digit(text.byte(at: offset + 2))
            {
                bytes.append(high << 4 | low)
                offset += 3
            } else {
                bytes.append(byte)
                offset += 1
            }
        }
        return String(repairing: bytes.bytes)
    }

    private static func isLiteral(_ byte: UInt8) -> Bool {
        (0x20...0x7e).contains(byte) && byte != UInt8(ascii: "%")
    }

    private static func append(_ byte: UInt8, to escaped: inout [UInt8]) {
        if isLiteral(byte) { return escaped.append(byte) }
        PercentText.appendEscape(of: byte, to: &escaped)
    }
}
