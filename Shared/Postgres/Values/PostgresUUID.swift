/// 128 bits that name something.
public struct PostgresUUID: PostgresValue, Hashable {
    /// The first eight bytes, the first of them highest.
    public let high: UInt64
    /// The last eight bytes.
    public let low: UInt64

    /// A name by its halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A name that nobody else has: 122 random bits.
    ///
    /// Source: RFC 9562, §5.4 (version 4).
    public static func random() -> PostgresUUID {
        var generator = SystemRandomNumberGenerator()
        return PostgresUUID(
            high: generator.next() & ~0xF000 | 0x4000,
            low: generator.next() >> 2 | 1 << 63
        )
    }

    /// Reads 32 hexadecimal digits, with or without hyphens in their usual places.
    ///
    /// - Parameter text: as `0188d4f8-6c1e-7a3b-9c2d-1f2e3d4c5b6a`; anything else gives nil.
    public init?(_ text: String) {
        var halves: [2 of UInt64] = [0, 0]
        var count = 0
        let isHyphenated = text.utf8.count == 36
        guard isHyphenated || text.utf8.count == 32 else { return nil }
        for (offset, byte) in text.utf8.enumerated() {
            if isHyphenated, offset == 8 || offset == 13 || offset == 18 || offset == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 128 else {
                return nil
            }
            halves[count / 16] = halves[count / 16] << 4 | UInt64(digit)
            count += 1
        }
        guard count == 32 else { return nil }
        self.init(high: halves[0], low: halves[1])
    }

    /// `uuid`.
    public static var postgresType: PostgresType { .uuid }

    /// Writes sixteen bytes.
    @inlinable
    public func write(to writer: inout PostgresWriter) {
        writer.append(high)
        writer.append(low)
    }

    /// Only `uuid`.
    public static func canRead(_ type: PostgresType) -> Bool { type == .uuid }

    /// Reads sixteen bytes.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> PostgresUUID? {
        guard bytes.byteCount == 16 else { return nil }
        return PostgresUUID(
            high: bytes.bigEndian(as: UInt64.self),
            low: bytes.bigEndian(at: 8, as: UInt64.self)
        )
    }
}

extension PostgresUUID: Comparable {
    /// As the server orders them: byte by byte.
    @inlinable
    public static func < (left: PostgresUUID, right: PostgresUUID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension PostgresUUID: CustomStringConvertible {
    /// Lower-case digits in groups of 8, 4, 4, 4 and 12.
    public var description: String {
        var text = ""
        for place in 0..<32 {
            if place == 8 || place == 12 || place == 16 || place == 20 { text += "-" }
            let half = place < 16 ? high : low
            text += String(half >> UInt64(60 - place % 16 * 4) & 15, radix: 16)
        }
        return text
    }
}
