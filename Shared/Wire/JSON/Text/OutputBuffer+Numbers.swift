extension OutputBuffer {
    /// Appends a number in decimal digits.
    mutating func appendDecimal(_ value: UInt64) {
        let count = Self.digitCount(value)
        reserve(20)
        var value = value
        var offset = written &+ count
        written = offset
        // A number has at most 20 digits, which were reserved; `digitCount` says how many.
        while value >= 100 {
            let (rest, pair) = value.quotientAndRemainder(dividingBy: 100)
            offset &-= 2
            unsafe storePair(Int(truncatingIfNeeded: pair), at: offset)
            value = rest
        }
        if value >= 10 {
            unsafe storePair(Int(truncatingIfNeeded: value), at: offset &- 2)
        } else {
            let digit = UInt8(truncatingIfNeeded: value) &+ UInt8(ascii: "0")
            unsafe base.storeBytes(of: digit, toByteOffset: offset &- 1, as: UInt8.self)
        }
    }

    /// Appends a number in decimal digits, with its sign if it is negative.
    mutating func appendDecimal(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        appendDecimal(value.magnitude)
    }

    /// Appends two decimal digits.
    ///
    /// - Parameter value: in 0…99.
    @inline(__always)
    mutating func appendPair(_ value: Int) {
        reserve(2)
        // Two bytes were reserved on the line above.
        unsafe storePair(value, at: written)
        written &+= 2
    }

    /// Appends a point and 3, 6 or 9 digits; nothing if there is no fraction.
    ///
    /// - Parameter nanoseconds: billionths, in 0…999,999,999.
    mutating func appendFraction(nanoseconds: UInt64) {
        if nanoseconds == 0 { return }
        append(UInt8(ascii: "."))
        let (millis, belowMillis) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000)
        appendPadded(millis, width: 3)
        if belowMillis == 0 { return }
        let (micros, nanos) = belowMillis.quotientAndRemainder(dividingBy: 1_000)
        appendPadded(micros, width: 3)
        if nanos != 0 { appendPadded(nanos, width: 3) }
    }

    /// Appends a number with zeros before it.
    ///
    /// - Parameters:
    ///   - value: below 10 to the power of `width`.
    ///   - width: the digits to write.
    private mutating func appendPadded(_ value: UInt64, width: Int) {
        for _ in Self.digitCount(value)..<width { append(UInt8(ascii: "0")) }
        appendDecimal(value)
    }

    /// Appends a number as the shortest decimal that reads back as the same `double`.
    ///
    /// Negative zero keeps a fraction: readers that take `-0` for an integer lose its sign.
    ///
    /// - Parameter value: finite.
    mutating func appendDecimal(_ value: Double) {
        if value != 0 || value.sign == .plus, appendShortDecimal(value) { return }
        append(value.description)
    }

    /// Appends a number as the shortest decimal that reads back as the same `float`.
    ///
    /// Negative zero keeps a fraction, as that of a `double`.
    ///
    /// - Parameter value: finite.
    mutating func appendDecimal(_ value: Float) {
        let isNegativeZero = value == 0 && value.sign == .minus
        if value.magnitude < 1e6, value == value.rounded(.towardZero), !isNegativeZero {
            if value.sign == .minus { append(UInt8(ascii: "-")) }
            appendDecimal(UInt64(value.magnitude))
        } else {
            append(value.description)
        }
    }

    /// Appends a number that has at most six decimals and fifteen digits, as most quantities and
    /// sums of money do.
    ///
    /// A decimal of up to fifteen digits is the only one so short that is nearest to its `double`,
    /// so the first count of decimals that reads back is the shortest form. Dividing an integer
    /// below 2⁵³ by a power of ten below 10²² is how it would be read back: both are exact.
    ///
    /// - Returns: false, with nothing appended, if the number is not of that kind.
    private mutating func appendShortDecimal(_ value: Double) -> Bool {
        let magnitude = value.magnitude
        var scale = 1.0
        for decimals in 0...6 {
            let scaled = magnitude * scale
            guard scaled < 1e15 else { return false }
            let digits = Int64(scaled + 0.5)
            if Double(digits) / scale == magnitude {
                if value.sign == .minus { append(UInt8(ascii: "-")) }
                let unit = Int64(scale)
                let whole = digits / unit
                appendDecimal(UInt64(whole))
                if decimals > 0 {
                    append(UInt8(ascii: "."))
                    appendPadded(UInt64(digits &- whole &* unit), width: decimals)
                }
                return true
            }
            scale *= 10
        }
        return false
    }

    /// The decimal digits of a number, in 1…20.
    private static func digitCount(_ value: UInt64) -> Int {
        var count = 1
        var rest = value
        while rest >= 10_000 {
            rest /= 10_000
            count &+= 4
        }
        return count &+ (rest >= 1_000 ? 3 : rest >= 100 ? 2 : rest >= 10 ? 1 : 0)
    }

    /// Stores two digits.
    ///
    /// - Parameters:
    ///   - value: in 0…99.
    ///   - offset: where; two bytes from there have been reserved.
    @unsafe
    @inline(__always)
    private mutating func storePair(_ value: Int, at offset: Int) {
        // 103 ÷ 1,024 is one tenth, closely enough below 179.
        let tens = (value &* 103) &>> 10
        let digits = UInt16(truncatingIfNeeded: tens | (value &- tens &* 10) &<< 8) &+ 0x3030
        unsafe base.storeBytes(of: digits.littleEndian, toByteOffset: offset, as: UInt16.self)
    }
}
