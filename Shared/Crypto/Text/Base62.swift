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
        let text = String(text)
        return decode(text.utf8Span.span.asRawSpan, count: count)
    }

    /// Reads bytes; see ``decode(_:count:)-(StringProtocol,_)``.
    public static func decode(_ text: RawSpan, count: Int) -> [UInt8]? {
        guard let number = number(text, bytes: count) else { return nil }
        return (0..<count).map { place in
            let offset = count - 1 - place
            return UInt8(truncatingIfNeeded: number[offset / 4] >> UInt32(offset % 4 * 8))
        }
    }

    /// Whether a text stands for so many bytes; see ``decode(_:count:)-(StringProtocol,_)``.
    public static func isEncoded(_ text: RawSpan, count: Int) -> Bool {
        number(text, bytes: count) != nil
    }

    /// The number that a text stands for, in words, the least significant first; nil for a text
    /// that stands for no such number of bytes.
    ///
    /// Five digits are taken at a time: so many fit into a word.
    private static func number(_ text: RawSpan, bytes count: Int) -> [UInt32]? {
        guard text.byteCount == digitCount(forBytes: count) else { return nil }
        var words = [UInt32](repeating: 0, count: (count + 3) / 4)
        var place = 0
        while place < text.byteCount {
            let end = min(place + 5, text.byteCount)
            var (carry, scale): (UInt64, UInt64) = (0, 1)
            while place < end {
                guard let digit = value(of: text.byte(at: place)) else { return nil }
                carry = carry * 62 + UInt64(digit)
                scale *= 62
                place += 1
            }
            for index in words.indices {
                carry += UInt64(words[index]) * scale
                words[index] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            if carry != 0 { return nil }
        }
        let unused = words.count * 4 - count
        if unused > 0, let top = words.last, top >> UInt32(32 - unused * 8) != 0 { return nil }
        return words
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
