internal import Telemetry

/// A minute by the clock on a wall, in a zone that is not said.
public struct CivilMinute: Sendable, Hashable, Comparable {
    /// Minutes since 1970-01-01 00:00 by the same clock, which never changes.
    public let minutes: Int64
    /// The year.
    public let year: Int
    /// The month, from 1.
    public let month: Int
    /// The day of the month, from 1.
    public let day: Int

    /// A minute.
    ///
    /// - Parameter minutes: since 1970-01-01 00:00.
    public init(minutes: Int64) {
        self.minutes = minutes
        let date = CivilDate(daysSince1970: minutes.dividedDown(by: 1_440).quotient)
        (year, month, day) = (Int(date.year), Int(date.month), Int(date.day))
    }

    /// The first minute of a day.
    ///
    /// - Parameters:
    ///   - year: the year.
    ///   - month: 1 to 12.
    ///   - day: 1 to 31; beyond the month's end it is a day of the next.
    public init(year: Int, month: Int, day: Int) {
        let days = CivilDate.days(year: Int64(year), month: Int64(month), day: Int64(day))
        self.init(minutes: days * 1_440)
    }

    /// How many minutes of the day have passed.
    public var minuteOfDay: Int { Int(minutes.dividedDown(by: 1_440).remainder) }

    /// 0 for Sunday to 6 for Saturday.
    public var weekday: Int {
        // 1970 began on a Thursday.
        Int((minutes.dividedDown(by: 1_440).quotient + 4).dividedDown(by: 7).remainder)
    }

    /// The first minute of the same day.
    var startOfDay: CivilMinute { advanced(byMinutes: -Int64(minuteOfDay)) }

    /// The first minute of the month after.
    var startOfNextMonth: CivilMinute {
        month == 12
            ? CivilMinute(year: year + 1, month: 1, day: 1)
            : CivilMinute(year: year, month: month + 1, day: 1)
    }

    /// A later minute, or an earlier one.
    func advanced(byMinutes count: Int64) -> CivilMinute { CivilMinute(minutes: minutes + count) }

    /// The order in time.
    public static func < (left: CivilMinute, right: CivilMinute) -> Bool {
        left.minutes < right.minutes
    }
}
