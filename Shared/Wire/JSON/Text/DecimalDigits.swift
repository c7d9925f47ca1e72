/// Decimal digits in text.
enum DecimalDigits {
    /// The value of a digit, or nil for any other byte.
    @inline(__always)
    static func digit(_ byte: UInt8) -> UInt8? {
        let value = byte &- UInt8(ascii: "0")
        return value < 10 ? value : nil
    }

    /// The value of two digits, or 10,000 if one of them is none.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - offset: where the first digit is; the second must be within the text.
    /// - Returns: the value, in 0…99, or 10,000: above every bound, a year's as well.
    @inline(__always)
    static func pair(_ text: RawSpan, _ offset: Int) -> Int {
        let tens = text.byte(at: offset) &- UInt8(ascii: "0")
        let ones = text.byte(at: offset &+ 1) &- UInt8(ascii: "0")
        if tens > 9 || ones > 9 { return 10_000 }
        return Int(tens) &* 10 &+ Int(ones)
    }

    /// Reads a point and one to nine digits, if there is a point.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - position: where the point may be; moved behind the digits.
    /// - Returns: the fraction in billionths, 0 without a point; nil if there are no digits after
    ///   the point or too many.
    static func fraction(_ text: RawSpan, _ position: inout Int) -> Int32? {
        guard position < text.byteCount, text.byte(at: position) == UInt8(ascii: ".") else {
            return 0
        }
        position += 1
        let first = position
        var billionths: Int32 = 0
        while position < text.byteCount, let digit = digit(text.byte(at: position)) {
            if position - first == 9 { return nil }
            billionths = billionths * 10 + Int32(digit)
            position += 1
        }
        if position == first { return nil }
        for _ in (position - first)..<9 { billionths *= 10 }
        return billionths
    }
}
