internal import Postgres
internal import Tenancy

/// The periods of a panel: whole days or whole weeks, without gaps.
struct PanelFrame: Equatable {
    /// The first day of the first period.
    let first: PostgresDate
    /// How many days a period has.
    let daysPerPeriod: Int
    /// How many periods there are, at least one.
    let periods: Int

    /// The whole days or weeks between two days; nil if there is none.
    ///
    /// - Parameters:
    ///   - from: the first day.
    ///   - to: the last day.
    ///   - weekStart: the day that weeks begin with; nil for periods of a day.
    init?(from: PostgresDate, to: PostgresDate, weeksFrom weekStart: TenantSettings.Weekday?) {
        daysPerPeriod = weekStart == nil ? 1 : 7
        let early = Int(from.daysSince1970)
        // 1970-01-01 was a Thursday, the third day after a Monday.
        let skipped = weekStart.map { (($0.rawValue - 1 - early - 3) % 7 + 7) % 7 } ?? 0
        periods = (Int(to.daysSince1970) - early - skipped + 1) / daysPerPeriod
        first = from.adding(Int32(skipped))
        guard periods > 0 else { return nil }
    }

    /// The last day of the last period.
    var last: PostgresDate { first.adding(Int32(clamping: periods * daysPerPeriod - 1)) }
}
