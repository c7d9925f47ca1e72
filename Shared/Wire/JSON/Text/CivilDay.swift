/// Days of the proleptic Gregorian calendar.
///
/// After Howard Hinnant, “chrono-Compatible Low-Level Date Algorithms”: years start in March, so
/// that the leap day is the last of its year, and repeat every 400 years of 146,097 days.
package enum CivilDay {
    /// The days from 1970-01-01 to a date; negative before.
    ///
    /// - Parameters:
    ///   - year: in 0…9,999.
    ///   - month: in 1…12.
    ///   - day: in 1…31.
    /// - Returns: the number of days.
    package static func number(year: Int, month: Int, day: Int) -> Int {
        // A whole era is added, so that nothing below is negative.
        let marchYear = year &+ 400 &- (month <= 2 ? 1 : 0)
        let era = marchYear / 400
        let yearOfEra = marchYear &- era &* 400
        let dayOfYear = (153 &* ((month &+ 9) % 12) &+ 2) / 5 &+ day &- 1
        let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
        return (era &- 1) &* 146_097 &+ dayOfEra &- 719_468
    }

    /// The date of a day.
    ///
    /// - Parameter number: days from 1970-01-01, not before the year 0.
    /// - Returns: year, month in 1…12 and day in 1…31.
    package static func date(ofDay number: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = number &+ 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra =
            (dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let marchMonth = (5 &* dayOfYear &+ 2) / 153
        let month = marchMonth < 10 ? marchMonth &+ 3 : marchMonth &- 9
        let year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear &- (153 &* marchMonth &+ 2) / 5 &+ 1)
    }

    /// The number of days a month has.
    package static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
