/// The JSON form of `google.protobuf.Duration`: seconds, as `-1.500s`.
enum DurationText {
    /// The most seconds a duration may have either way: some 10,000 years.
    static let maximumSeconds: Int64 = 315_576_000_000

    /// Reads a length of time.
    ///
    /// - Parameter text: a whole number of seconds, up to nine digits more, and `s`.
    /// - Returns: seconds and nanoseconds, neither of which has the other's opposite sign; nil if
    ///   the text has another form or is out of range.
    static func parse(_ text: RawSpan) -> (seconds: Int64, nanoseconds: Int32)? {
        let count = text.byteCount
        var position = 0
        let isNegative = count > 0 && text.byte(at: 0) == UInt8(ascii: "-")
        if isNegative { position = 1 }
        let firstDigit = position
        var seconds: Int64 = 0
        while position < count, let digit = DecimalDigits.digit(text.byte(at: position)) {
            seconds = seconds &* 10 &+ Int64(digit)
            if seconds > maximumSeconds { return nil }
            position += 1
        }
        guard position > firstDigit, let nanoseconds = DecimalDigits.fraction(text, &position),
            position + 1 == count, text.byte(at: position) == UInt8(ascii: "s")
        else { return nil }
        return isNegative ? (-seconds, -nanoseconds) : (seconds, nanoseconds)
    }

    /// Appends a length of time, quoted, with 0, 3, 6 or 9 digits of a second.
    ///
    /// - Returns: false, with nothing appended, if it is out of range or its parts differ in sign.
    static func append(
        seconds: Int64,
        nanoseconds: Int32,
        to output: inout OutputBuffer
    ) -> Bool {
        guard (-maximumSeconds...maximumSeconds).contains(seconds),
            (-999_999_999...999_999_999).contains(nanoseconds),
            !(seconds > 0 && nanoseconds < 0), !(seconds < 0 && nanoseconds > 0)
        else { return false }
        output.append(UInt8(ascii: "\""))
        if seconds < 0 || nanoseconds < 0 { output.append(UInt8(ascii: "-")) }
        output.appendDecimal(seconds.magnitude)
        output.appendFraction(nanoseconds: UInt64(nanoseconds.magnitude))
        output.append(UInt8(ascii: "s"))
        output.append(UInt8(ascii: "\""))
        return true
    }
}
