internal import Wire

/// A day of the calendar, as it is written.
public struct FileDay: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01.
    public let number: Int

    /// A day by its number.
    ///
    /// - Parameter number: days since 1970-01-01, in the years 0 to 9999.
    init(number: Int) { self.number = number }

    /// A day by its date.
    ///
    /// - Parameters:
    ///   - year: 0 to 9999.
    ///   - month: 1 to 12; anything else gives nil.
    ///   - day: of the month; one that it does not have gives nil.
    public init?(year: Int, month: Int, day: Int) {
        guard (0...9_999).contains(year), (1...12).contains(month), day >= 1,
            day <= CivilDay.daysIn(month: month, year: year)
        else { return nil }
        number = CivilDay.number(year: year, month: month, day: day)
    }

    /// The date.
    public var date: (year: Int, month: Int, day: Int) { CivilDay.date(ofDay: number) }

    /// Whether one comes before another.
    public static func < (left: FileDay, right: FileDay) -> Bool { left.number < right.number }
}

extension FileDay: CustomStringConvertible {
    /// As `2026-01-31`.
    public var description: String {
        let (year, month, day) = date
        return PlainText.day(year: year, month: month, day: day)
    }
}

/// A date with or without a time, as a file has it.
public struct FileTime: Hashable, Sendable {
    /// The day as it is written, whatever its zone.
    public let day: FileDay
    /// The time of that day in microseconds; nil if only a day is written.
    public let microsecondOfDay: Int?
    /// How far the zone is ahead of UTC, in seconds; nil if none is written, so that the time is
    /// that of the sender's own zone.
    public let offsetSeconds: Int?

    /// Microseconds since 1970-01-01T00:00:00, in UTC if there is an ``offsetSeconds``, and else as
    /// clocks showed it where the file comes from.
    public var microseconds: Int {
        (day.number * 86_400 - (offsetSeconds ?? 0)) * 1_000_000 + (microsecondOfDay ?? 0)
    }

    /// A time.
    ///
    /// - Parameters:
    ///   - day: the day as written.
    ///   - microsecondOfDay: the time; nil for a day alone.
    ///   - offsetSeconds: ahead of UTC; nil if unknown.
    public init(day: FileDay, microsecondOfDay: Int? = nil, offsetSeconds: Int? = nil) {
        self.day = day
        self.microsecondOfDay = microsecondOfDay
        self.offsetSeconds = offsetSeconds
    }

    /// A point in time, in UTC.
    ///
    /// - Parameter microseconds: since 1970-01-01, between the years 1 and 9999; else nil.
    init?(microseconds: Int) {
        let perDay = 86_400_000_000
        let day = (microseconds >= 0 ? microseconds : microseconds - perDay + 1) / perDay
        guard (-719_162...2_932_896).contains(day) else { return nil }
        self.init(
            day: FileDay(number: day),
            microsecondOfDay: microseconds - day * perDay,
            offsetSeconds: 0
        )
    }
}
