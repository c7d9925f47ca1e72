internal import Glibc

/// A moment in UTC, to the millisecond, as RFC 3339 writes it.
public struct UTCTimestamp: Hashable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z; leap seconds do not count.
    public let milliseconds: Int64

    /// A moment of the years 0 to 9999, which is all that the text has room for.
    ///
    /// - Parameter milliseconds: since 1970; what lies outside those years becomes the nearest
    ///   moment within.
    public init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.earliest), Self.latest)
    }

    /// What the system's clock says.
    public static var now: UTCTimestamp {
        var time = timespec()
        // It writes the one structure it is given.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UTCTimestamp(
            milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec / 1_000_000)
        )
    }

    private static let earliest: Int64 = -62_167_219_200_000
    private static let latest: Int64 = 253_402_300_799_999
}

extension UTCTimestamp: CustomStringConvertible {
    /// The moment as `2026-11-21T06:24:37.042Z`.
    public var description: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the text, 24 bytes.
    func append(to text: inout [UInt8]) {
        let (days, millisecondOfDay) = milliseconds.dividedDown(by: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        text.appendDecimal(date.year, digits: 4)
        text.append(UInt8(ascii: "-"))
        text.appendDecimal(date.month, digits: 2)
        text.append(UInt8(ascii: "-"))
        text.appendDecimal(date.day, digits: 2)
        text.append(UInt8(ascii: "T"))
        text.appendDecimal(millisecondOfDay / 3_600_000, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDecimal(millisecondOfDay / 60_000 % 60, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDecimal(millisecondOfDay / 1_000 % 60, digits: 2)
        text.append(UInt8(ascii: "."))
        text.appendDecimal(millisecondOfDay % 1_000, digits: 3)
        text.append(UInt8(ascii: "Z"))
    }
}

/// A day of the Gregorian calendar, which is reckoned back before its introduction as well.
struct CivilDate: Equatable {
    let year: Int64
    let month: Int64
    let day: Int64

    /// The date of a day.
    ///
    /// In years that begin in March the leap day is the last, and the lengths of the months repeat
    /// every five: 153 days (Hinnant: chrono-compatible low-level date algorithms, 2014).
    init(daysSince1970: Int64) {
        let daysSinceMarchOfYear0 = daysSince1970 + 719_468
        let (era, dayOfEra) = daysSinceMarchOfYear0.dividedDown(by: 146_097)
        let leapDays = dayOfEra / 1_460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }
}

extension Int64 {
    /// The quotient rounded down, and the remainder, which is not negative.
    fileprivate func dividedDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
