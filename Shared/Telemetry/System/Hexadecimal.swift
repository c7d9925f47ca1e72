/// Hexadecimal digits in lower case, the only ones that trace headers allow.
package enum Hexadecimal {
    /// Two digits for each byte.
    package static func text(of bytes: [UInt8]) -> String {
        let digits = bytes.flatMap { [digit(UInt64($0) >> 4), digit(UInt64($0))] }
        return String(decoding: digits, as: UTF8.self)
    }

    /// The digit of the lowest four bits.
    static func digit(_ bits: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: bits & 0xf)
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + (value - 10)
    }

    /// Reads digits from a place on.
    ///
    /// - Parameters:
    ///   - text: holds at least so many bytes from there.
    ///   - start: where they begin.
    ///   - count: how many, at most 16.
    /// - Returns: the number, or nil if one of them is no digit.
    static func number(in text: Span<UInt8>, from start: Int, count: Int) -> UInt64? {
        var number: UInt64 = 0
        for place in start..<start + count {
            switch text[place] {
            case let byte where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"):
                number = number << 4 | UInt64(byte - UInt8(ascii: "0"))
            case let byte where byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f"):
                number = number << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default:
                return nil
            }
        }
        return number
    }
}
