/// The JSON form of `google.protobuf.Timestamp`: RFC 3339, as `2026-01-31T09:30:00.250Z`.
enum TimestampText {
    /// The range of the type, in seconds since 1970-01-01T00:00:00Z:
    /// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
    static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Reads a point in time.
    ///
    /// - Parameter text: the time of day to a second or up to nine digits more, with `Z` or an
    ///   offset from UTC as `+01:00`; letters are upper case.
    /// - Returns: seconds since 1970-01-01T00:00:00Z and nanoseconds in 0…999,999,999; nil if the
    ///   text has another form, names no real day or time, or leaves the ``range``.
    static func parse(_ text: RawSpan) -> (seconds: Int64, nanoseconds: Int32)? {
        guard text.byteCount >= 20,
            text.byte(at: 4) == UInt8(ascii: "-"), text.byte(at: 7) == UInt8(ascii: "-"),
            text.byte(at: 10) == UInt8(ascii: "T"),
            text.byte(at: 13) == UInt8(ascii: ":"), text.byte(at: 16) == UInt8(ascii: ":")
        else { return nil }
        let year = DecimalDigits.pair(text, 0) &* 100 &+ DecimalDigits.pair(text, 2)
        let month = DecimalDigits.pair(text, 5)
        let day = DecimalDigits.pair(text, 8)
        let hour = DecimalDigits.pair(text, 11)
        let minute = DecimalDigits.pair(text, 14)
        let second = DecimalDigits.pair(text, 17)
        // A pair that is not of digits is 10,000, and so above every bound here.
        guard year <= 9_999, (1...12).contains(month), hour < 24, minute < 60, second < 60,
            day >= 1, day <= CivilDay.daysIn(month: month, year: year)
        else { return nil }
        var position = 19
        guard let nanoseconds = DecimalDigits.fraction(text, &position),
            let offset = offset(text, from: position)
        else { return nil }
        let days = Int64(CivilDay.number(year: year, month: month, day: day))
        let seconds = days &* 86_400 &+ Int64(hour &* 3_600 &+ minute &* 60 &+ second &- offset)
        return range.contains(seconds) ? (seconds, nanoseconds) : nil
    }

    /// Reads `Z` or `±HH:MM` at the end of the text.
    ///
    /// - Returns: seconds east of UTC.
    private static func offset(_ text: RawSpan, from position: Int) -> Int? {
        guard position < text.byteCount else { return nil }
        let sign = text.byte(at: position)
        if sign == UInt8(ascii: "Z") { return position + 1 == text.byteCount ? 0 : nil }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            position + 6 == text.byteCount, text.byte(at: position + 3) == UInt8(ascii: ":")
        else { return nil }
        let hours = DecimalDigits.pair(text, position + 1)
        let minutes = DecimalDigits.pair(text, position + 4)
        guard hours < 24, minutes < 60 else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    /// Appends a point in time, quoted, in UTC, with 0, 3, 6 or 9 digits of a second.
    ///
    /// - Returns: false, with nothing appended, if the time leaves the ``range`` or `nanoseconds`
    ///   leaves 0…999,999,999.
    static func append(
        seconds: Int64,
        nanoseconds: Int32,
        to output: inout OutputBuffer
    ) -> Bool {
        guard range.contains(seconds), (0...999_999_999).contains(nanoseconds) else { return false }
        // Counted from 0001-01-01, so that division rounds down.
        let sinceYearOne = Int(seconds &- range.lowerBound)
        let secondOfDay = sinceYearOne % 86_400
        let firstDay = Int(range.lowerBound / 86_400)
        let date = CivilDay.date(ofDay: sinceYearOne / 86_400 &+ firstDay)
        output.append(UInt8(ascii: "\""))
        output.appendPair(date.year / 100)
        output.appendPair(date.year % 100)
        output.append(UInt8(ascii: "-"))
        output.appendPair(date.month)
        output.append(UInt8(ascii: "-"))
        output.appendPair(date.day)
        output.append(UInt8(ascii: "T"))
        output.appendPair(secondOfDay / 3_600)
        output.append(UInt8(ascii: ":"))
        output.appendPair(secondOfDay / 60 % 60)
        output.append(UInt8(ascii: ":"))
        output.appendPair(secondOfDay % 60)
        output.appendFraction(nanoseconds: UInt64(nanoseconds))
        output.append(UInt8(ascii: "Z"))
        output.append(UInt8(ascii: "\""))
        return true
    }
}
