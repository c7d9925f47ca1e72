/// A day of the Gregorian calendar, as files of marketing data name it.
public struct PanelDay: Sendable, Hashable, Comparable {
    /// How many days it comes after 1970-01-01.
    public var number: Int

    /// A day by its number.
    ///
    /// - Parameter number: how many days it comes after 1970-01-01.
    public init(number: Int) {
        self.number = number
    }

    /// A day by its place in the calendar; nil where the calendar has no such day.
    ///
    /// - Parameters:
    ///   - year: 0 to 9999.
    ///   - month: 1 to 12.
    ///   - day: 1 to the month's last.
    public init?(year: Int, month: Int, day: Int) {
        let leap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (0...9999).contains(year), (1...12).contains(month),
            (1...lengths[month - 1]).contains(day)
        else { return nil }
        // Years start in March here, so that the day a leap year adds is the last of its year.
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    /// Whether a day comes before another.
    ///
    /// - Parameters:
    ///   - one: a day.
    ///   - other: another.
    /// - Returns: whether the first is the earlier.
    public static func < (one: Self, other: Self) -> Bool { one.number < other.number }
}
