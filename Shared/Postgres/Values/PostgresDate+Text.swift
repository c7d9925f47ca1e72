internal import Telemetry
internal import Wire

// Days as requests have them: `2026-01-31`.
extension PostgresDate {
    /// A day of the years 1 to 9999; nil for any other text.
    ///
    /// - Parameter text: as `2026-01-31`.
    public init?(text: String) {
        guard let (year, month, day) = PlainText.day(of: text),
            (1...12).contains(month), (1...31).contains(day), year > 0
        else { return nil }
        let days = CivilDate.days(year: Int64(year), month: Int64(month), day: Int64(day))
        // A day beyond the end of its month is another.
        guard CivilDate(daysSince1970: days).month == month else { return nil }
        self.init(daysSince1970: Int32(days))
    }

    /// The day so many days later; the last one there is if there is none so late, or so early.
    ///
    /// - Parameter days: how many; below 0 for a day before.
    /// - Returns: the day.
    public func adding(_ days: Int32) -> PostgresDate {
        let (sum, isTooFar) = daysSince1970.addingReportingOverflow(days)
        let end = days < 0 ? Self.range.lowerBound : Self.range.upperBound
        return isTooFar ? end : PostgresDate(daysSince1970: sum) ?? end
    }

    /// The day as `2026-01-31`.
    public var text: String {
        let date = CivilDate(daysSince1970: Int64(daysSince1970))
        return PlainText.day(
            year: Int(date.year),
            month: Int(date.month),
            day: Int(date.day)
        )
    }
}
