internal import Wire

/// Base64 without padding, of which there is exactly one text for each value (RFC 4648, §3.5).
///
/// What is signed or compared must not have two spellings: padding, white space, other alphabets
/// and bits behind the last byte are refused.
public struct StrictBase64: Sendable {
    /// With `-` and `_`, for fields and URLs (RFC 4648, §5).
    public static let url = StrictBase64("-_")
    /// With `+` and `/`, as the strings of password hashes have it (RFC 4648, §4).
    public static let standard = StrictBase64("+/")

    private let digits: [UInt8]
    /// For each byte, its value as a digit, or 64.
    private let values: [UInt8]

    private init(_ lastTwo: String) {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        digits = Array((letters + "0123456789" + lastTwo).utf8)
        var values = [UInt8](repeating: 64, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        self.values = values
    }

    /// Writes bytes.
    ///
    /// - Parameter bytes: any bytes.
    /// - Returns: four digits for each three of them, two or three for the rest.
    public func encode(_ bytes: RawSpan) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.byteCount * 4 + 2) / 3)
        for start in stride(from: 0, to: bytes.byteCount, by: 3) {
            let count = min(3, bytes.byteCount - start)
            var group: UInt32 = 0
            for index in 0..<count {
                group |= UInt32(bytes.byte(at: start + index)) << UInt32(16 - 8 * index)
            }
            for index in 0...count {
                text.append(digits[Int(group >> UInt32(18 - 6 * index) & 63)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads bytes.
    ///
    /// - Parameter text: what ``encode(_:)`` writes.
    /// - Returns: the bytes; nil for any other text.
    public func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3 / 4)
        var bits: UInt32 = 0
        var bitCount = 0
        for character in text.utf8 {
            let value = values[Int(character)]
            guard value < 64 else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            bits &= (1 << UInt32(bitCount)) - 1
        }
        // A digit alone is no byte; the bits behind the last byte are zero.
        return bitCount < 6 && bits == 0 ? bytes : nil
    }
}
