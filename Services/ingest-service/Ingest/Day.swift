internal import Postgres
internal import Telemetry

// Days as requests have them: `2026-01-31`.
extension PostgresDate {
    /// Reads a day of the years 1 to 9999; nil for any other text.
    init?(text: String) {
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

    /// The day so many days later; the last one there is if there is none.
    func adding(_ days: Int32) -> PostgresDate {
        PostgresDate(daysSince1970: daysSince1970 + days) ?? Self.range.upperBound
    }

    /// The day as `2026-01-31`.
    var text: String {
        let date = CivilDate(daysSince1970: Int64(daysSince1970))
        func digits(_ number: Int64, _ count: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return digits(date.year, 4) + "-" + digits(date.month, 2) + "-" + digits(date.day, 2)
    }
}

extension UTCTimestamp {
    /// The moment so many times 24 hours after; before, if there are fewer than none.
    func adding(days: Int) -> UTCTimestamp {
        UTCTimestamp(milliseconds: milliseconds + Int64(days) * 86_400_000)
    }
}
