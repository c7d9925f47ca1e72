internal import Wire

/// A fixed number of bytes as digits and letters alone, which one double-click selects.
///
/// The bytes are a number, the most significant first, written in base 62 with as many digits as
/// the largest needs. There is one text for each value.
public enum Base62 {
    /// How many digits so many bytes take.
    ///
    /// - Parameter byteCount: not below zero.
    /// - Returns: 22 for 16, 43 for 32.
    public static func digitCount(forBytes byteCount: Int) -> Int {
        // The logarithm of 256 to the base 62, rounded up in the ninth place.
        Int((Double(byteCount) * 1.343_590_232).rounded(.up))
    }

    /// Writes bytes.
    ///
    /// - Parameter bytes: any bytes, not many.
    /// - Returns: so many digits as ``digitCount(forBytes:)`` says.
    /// - Complexity: quadratic in the number of bytes.
    public static func encode(_ bytes: RawSpan) -> String {
        var number = Array(copying: bytes)
        let count = digitCount(forBytes: number.count)
        var text = [UInt8](repeating: UInt8(ascii: "0"), count: count)
        for place in (0..<count).reversed() {
            var remainder = 0
            for index in number.indices {
                let dividend = remainder << 8 | Int(number[index])
                number[index] = UInt8(dividend / 62)
                remainder = dividend % 62
            }
            text[place] = digits[remainder]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads bytes.
    ///
    /// - Parameters:
    ///   - text: what ``encode(_:)`` writes.
    ///   - count: how many bytes it stands for.
    /// - Returns: the bytes; nil for any other text.
    /// - Complexity: quadratic in the number of bytes.
    public static func decode(_ text: some StringProtocol, count: Int) -> [UInt8]? {
        guard text.utf8.count == digitCount(forBytes: count) else { return nil }
        var number = [UInt8](repeating: 0, count: count)
        for character in text.utf8 {
            guard var carry = value(of: character) else { return nil }
            for index in number.indices.reversed() {
                carry += Int(number[index]) * 62
                number[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
            if carry != 0 { return nil }
        }
        return number
    }

    private static let digits = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8
    )

    private static func value(of digit: UInt8) -> Int? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(digit - UInt8(ascii: "A")) + 10
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(digit - UInt8(ascii: "a")) + 36
        default: nil
        }
    }
}
