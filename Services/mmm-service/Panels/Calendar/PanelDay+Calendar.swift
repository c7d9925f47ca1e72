extension PanelDay: CustomStringConvertible {
    /// Its place in the calendar, of the year 0 and later.
    public var date: (year: Int, month: Int, day: Int) {
        // Years start in March here, as where days are made.
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, day)
    }

    /// How many days of its year there are up to it: 1 on the first of January.
    public var dayOfYear: Int {
        PanelDay(year: date.year, month: 1, day: 1).map { number - $0.number + 1 } ?? 1
    }

    /// Its day of the week.
    public var weekday: PanelWeekday {
        // The first of January 1970 was a Thursday.
        let place = (number % 7 + 10) % 7
        return PanelWeekday(rawValue: place) ?? .monday
    }

    /// The day as `2026-01-31`.
    public var description: String {
        let (year, month, day) = date
        let digits = String(year)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            + (month < 10 ? "-0" : "-") + String(month) + (day < 10 ? "-0" : "-") + String(day)
    }

    /// A day that comes later.
    ///
    /// - Parameter days: how many days later, below 0 for earlier.
    /// - Returns: the day.
    public func advanced(by days: Int) -> PanelDay { PanelDay(number: number + days) }
}

/// A day of the week; weeks may begin on any.
public enum PanelWeekday: Int, CaseIterable, Sendable {
    /// The first.
    case monday
    /// The second.
    case tuesday
    /// The third.
    case wednesday
    /// The fourth.
    case thursday
    /// The fifth.
    case friday
    /// The sixth.
    case saturday
    /// The seventh.
    case sunday

    /// What it is called in English.
    public var name: String {
        switch self {
        case .monday: "Monday"
        case .tuesday: "Tuesday"
        case .wednesday: "Wednesday"
        case .thursday: "Thursday"
        case .friday: "Friday"
        case .saturday: "Saturday"
        case .sunday: "Sunday"
        }
    }
}
