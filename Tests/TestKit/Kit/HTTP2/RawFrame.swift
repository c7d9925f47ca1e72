public import HTTP2

/// What a client sends first: the preface, empty settings, and the acknowledgement of the server's.
public let clientGreeting =
    Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + RawFrame(.settings).bytes
    + RawFrame(.settings, flags: 1).bytes

/// One frame in parts.
public struct RawFrame: Equatable, Sendable {
    /// The type of a frame.
    public enum Kind: UInt8, Sendable {
        case data, headers, priority, resetStream, settings, pushPromise, ping, goAway
        case windowUpdate, continuation
        /// One that no standard knows.
        case unknown = 0xbe
    }

    /// What it is.
    public var kind: Kind
    /// Its flags.
    public var flags: UInt8
    /// The stream it is on.
    public var stream: UInt32
    /// What follows the nine bytes of its header.
    public var payload: [UInt8]

    /// Makes a frame.
    public init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    /// Takes the first frame off bytes, if it is all there.
    public init?(readingFrom bytes: inout [UInt8]) {
        guard bytes.count >= 9 else { return nil }
        let length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
        guard bytes.count >= 9 + length else { return nil }
        kind = Kind(rawValue: bytes[3]) ?? .unknown
        flags = bytes[4]
        stream = bytes[5..<9].reduce(0) { $0 << 8 | UInt32($1) }
        payload = Array(bytes[9..<9 + length])
        bytes.removeFirst(9 + length)
    }

    /// The frame on the wire.
    public var bytes: [UInt8] {
        let count = payload.count
        return [
            UInt8(count >> 16), UInt8(count >> 8 & 0xff), UInt8(count & 0xff), kind.rawValue, flags,
        ]
            + stream.bigEndianBytes + payload
    }

    /// A number of four bytes in the payload.
    public func number(at offset: Int) -> UInt32 {
        payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A request's HEADERS: a POST to `/`, with more fields as literals.
    public static func request(
        _ stream: UInt32,
        endsStream: Bool = false,
        _ fields: [(String, String)] = []
    ) -> RawFrame {
        RawFrame(
            .headers,
            flags: endsStream ? 5 : 4,
            stream: stream,
            // :method POST, :scheme http, :path / by their numbers in the static table.
            [0x83, 0x86, 0x84] + literal(":authority", "test")
                + fields.flatMap { literal($0.0, $0.1) }
        )
    }

    /// A WINDOW_UPDATE; stream 0 is the connection.
    public static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> RawFrame {
        RawFrame(.windowUpdate, stream: stream, increment.bigEndianBytes)
    }

    /// An RST_STREAM.
    public static func reset(_ stream: UInt32, _ code: HTTP2ErrorCode) -> RawFrame {
        RawFrame(.resetStream, stream: stream, code.rawValue.bigEndianBytes)
    }

    /// SETTINGS of numbers and values.
    public static func settings(_ entries: [(UInt16, UInt32)]) -> RawFrame {
        RawFrame(
            .settings,
            entries.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xff)] + $0.1.bigEndianBytes }
        )
    }

    /// A field as HPACK's literal without indexing, no Huffman code (RFC 7541 §6.2.2).
    public static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0x00] + text(name) + text(value)
    }

    /// A field as a literal that the table is to remember (RFC 7541 §6.2.1).
    public static func indexedLiteral(_ name: String, _ value: String) -> [UInt8] {
        [0x40] + text(name) + text(value)
    }

    private static func text(_ text: String) -> [UInt8] {
        let utf8 = Array(text.utf8)
        guard utf8.count >= 127 else { return [UInt8(utf8.count)] + utf8 }
        var length: [UInt8] = [127]
        var rest = utf8.count - 127
        while rest >= 128 {
            length.append(UInt8(rest & 0x7f | 0x80))
            rest >>= 7
        }
        return length + [UInt8(rest)] + utf8
    }
}

extension UInt32 {
    /// The number as it stands on the wire.
    public var bigEndianBytes: [UInt8] {
        [UInt8(self >> 24), UInt8(self >> 16 & 0xff), UInt8(self >> 8 & 0xff), UInt8(self & 0xff)]
    }
}
