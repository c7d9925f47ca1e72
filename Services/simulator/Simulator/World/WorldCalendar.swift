internal import Telemetry

/// The days of a world; they begin at midnight in UTC.
struct WorldCalendar: Sendable {
    /// The first, in days since 1970-01-01.
    let firstDay: Int
    /// The days as `2026-01-31`.
    let texts: [String]
    /// How much of the year has passed at each, from 0.
    let yearPhases: [Double]
    /// What is celebrated on days, by their places.
    let holidays: [Int: String]

    /// The days from one on.
    init(firstDay: Int, days: Int) {
        self.firstDay = firstDay
        texts = (0..<days).map { Self.text(firstDay + $0) }
        var phases: [Double] = []
        var holidays: [Int: String] = [:]
        for (place, text) in texts.enumerated() {
            let parts = text.split(separator: "-").compactMap { Int($0) }
            let (year, month, day) = (parts[0], parts[1], parts[2])
            let newYear = Self.dayNumber(of: year)
            phases.append(Double(firstDay + place - newYear) / 365.25)
            let weekday = Self.weekday(firstDay + place)
            holidays[place] = Self.holiday(month: month, day: day, weekday: weekday)
        }
        yearPhases = phases
        self.holidays = holidays
    }

    /// The day of the week of a place, from 0 for Monday.
    func weekday(_ place: Int) -> Int { Self.weekday(firstDay + place) }

    /// The quarter that a day lies in, as `2026q1`.
    func quarter(_ place: Int) -> String {
        let month = Int(texts[place].dropFirst(5).prefix(2)) ?? 1
        return "\(texts[place].prefix(4))q\((month + 2) / 3)"
    }

    /// When a day begins, in milliseconds since 1970.
    func start(_ place: Int) -> Int64 { Int64(firstDay + place) * 86_400_000 }

    private static func weekday(_ number: Int) -> Int { (number + 3) % 7 }

    private static func text(_ number: Int) -> String {
        let moment = UTCTimestamp(milliseconds: Int64(number) * 86_400_000)
        return String(moment.description.prefix(10))
    }

    /// The number of a year's first day, of the years from 1970 on.
    private static func dayNumber(of year: Int) -> Int {
        let before = year - 1
        return 365 * (year - 1970) + (before / 4 - before / 100 + before / 400) - 477
    }

    /// Holidays of the USA on which people buy otherwise.
    private static func holiday(month: Int, day: Int, weekday: Int) -> String? {
        switch (month, day, weekday) {
        case (1, 1, _): "New Year's Day"
        case (5, 25...31, 0): "Memorial Day"
        case (7, 4, _): "Independence Day"
        case (9, 1...7, 0): "Labor Day"
        case (11, 22...28, 3): "Thanksgiving"
        case (11, 23...29, 4): "Black Friday"
        case (12, 25, _): "Christmas Day"
        default: nil
        }
    }
}
