internal import Telemetry

// Days as requests have them: `2026-01-31`.
extension PostgresDate {
    /// A day of the years 1 to 9999; nil for any other text.
    ///
    /// - Parameter text: as `2026-01-31`.
    public init?(text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2] else { return nil }
        let numbers = parts.map { part in
            part.reduce(Int64?(0)) { number, byte in
                let digit = Int64(byte) - Int64(UInt8(ascii: "0"))
                return (0...9).contains(digit) ? number.map { $0 * 10 + digit } : nil
            }
        }
        guard let year = numbers[0], let month = numbers[1], let day = numbers[2],
            (1...12).contains(month), (1...31).contains(day), year > 0
        else { return nil }
        let days = CivilDate.days(year: year, month: month, day: day)
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
        func digits(_ number: Int64, _ count: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return digits(date.year, 4) + "-" + digits(date.month, 2) + "-" + digits(date.day, 2)
    }
}
