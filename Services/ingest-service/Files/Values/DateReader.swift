internal import Wire

/// Reads dates and times as people and programs write them.
///
/// - ISO 8601: `2026-01-31`, `2026/1/31`, `20260131`, with a time and a zone or without;
/// - three numbers with the year last: `31.01.2026` (with points, days come first everywhere),
///   `1/31/26`, `31-01-2026`, with a time or without;
/// - months by name, in English, German, French, Spanish and Italian: `Jan 31, 2026`,
///   `31 janv. 2026`;
/// - seconds, milliseconds or microseconds since 1970: 9 or 10, 12 or 13, 15 or 16 digits.
struct DateReader {
    /// Why a text is no date.
    enum Fault: Error {
        case malformed, ambiguous
    }

    let order: ValueFormat.DateOrder?

    /// Reads a date.
    ///
    /// - Parameter text: without blanks at its ends, and not empty.
    /// - Returns: the date, and its time if it has one.
    /// - Throws: ``Fault``.
    func read(_ text: RawSpan) throws(Fault) -> FileTime {
        guard text.byteCount <= 64 else { throw .malformed }
        if text.byteCount == 10, let day = Self.plainDay(text) { return FileTime(day: day) }
        var words = DateWords(text)
        if let number = words.onlyNumber { return try Self.bare(number, text) }
        let day = try self.day(&words)
        if words.isAtEnd { return FileTime(day: day) }
        guard let time = words.time() else { throw .malformed }
        let zone = words.zone()
        guard words.isAtEnd else { throw .malformed }
        return FileTime(day: day, microsecondOfDay: time, offsetSeconds: zone)
    }

    /// `YYYY-MM-DD`, as most files have it.
    @inline(__always)
    private static func plainDay(_ text: RawSpan) -> FileDay? {
        guard text.byte(at: 4) == UInt8(ascii: "-"), text.byte(at: 7) == UInt8(ascii: "-"),
            let year = text.extracting(0..<4).number, let month = text.extracting(5..<7).number,
            let day = text.extracting(8..<10).number
        else { return nil }
        return FileDay(year: year, month: month, day: day)
    }

    /// A number alone: `YYYYMMDD`, or time since 1970.
    private static func bare(_ number: Int, _ text: RawSpan) throws(Fault) -> FileTime {
        let point = text.firstOffset(of: UInt8(ascii: "."), from: 0)
        switch point {
        case 8 where point == text.byteCount:
            guard
                let day = FileDay(
                    year: number / 10_000,
                    month: number / 100 % 100,
                    day: number % 100
                )
            else { throw .malformed }
            return FileTime(day: day)
        case 9, 10, 12, 13, 15, 16:
            let unit = point <= 10 ? 1_000_000 : point <= 13 ? 1_000 : 1
            var microseconds = number * unit
            if point < text.byteCount {
                guard let fraction = text.fraction(from: point + 1) else { throw .malformed }
                microseconds += fraction * unit / 1_000_000
            }
            guard let time = FileTime(microseconds: microseconds) else { throw .malformed }
            return time
        default: throw .malformed
        }
    }

    private func day(_ words: inout DateWords) throws(Fault) -> FileDay {
        words.passWeekday()
        if let month = words.month() {
            guard let day = words.number(1...2), words.passOrdinal(), let year = words.year() else {
                throw .malformed
            }
            return try Self.day(year, month, day)
        }
        let firstDigits = words.digitCount
        guard let first = words.number(1...4) else { throw .malformed }
        _ = words.passOrdinal()
        if let month = words.month() {
            guard let year = words.year() else { throw .malformed }
            return try Self.day(year, month, first)
        }
        let separator = words.separator
        guard let second = words.number(1...2), words.separator == separator else {
            throw .malformed
        }
        if firstDigits == 4 {
            guard let third = words.number(1...2) else { throw .malformed }
            return try Self.day(first, second, third)
        }
        guard firstDigits <= 2, let year = words.year() else { throw .malformed }
        let isPoint = separator == UInt8(ascii: ".")
        switch isPoint ? .dayFirst : order {
        case .dayFirst: return try Self.day(year, second, first)
        case .monthFirst: return try Self.day(year, first, second)
        case nil:
            if first > 12 || first == second { return try Self.day(year, second, first) }
            if second > 12 { return try Self.day(year, first, second) }
            throw .ambiguous
        }
    }

    private static func day(_ year: Int, _ month: Int, _ day: Int) throws(Fault) -> FileDay {
        guard let day = FileDay(year: year, month: month, day: day) else { throw .malformed }
        return day
    }
}

extension RawSpan {
    /// Digits behind a point, as millionths; what follows the sixth is dropped.
    func fraction(from start: Int) -> Int? {
        guard start < byteCount else { return nil }
        var fraction = 0
        var unit = 100_000
        for offset in start..<byteCount {
            let digit = byte(at: offset) &- UInt8(ascii: "0")
            if digit > 9 { return nil }
            fraction += Int(digit) * unit
            unit /= 10
        }
        return fraction
    }
}
