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
    /// On how many days of a period the outcome has numbers: one where its rows are of weeks.
    let outcomeDays: Int

    /// The whole days or weeks between two days; nil if there is none.
    ///
    /// - Parameters:
    ///   - from: the first day.
    ///   - to: the last day.
    ///   - weekStart: the day that weeks begin with; nil for periods of a day.
    init?(from: PostgresDate, to: PostgresDate, weeksFrom weekStart: TenantSettings.Weekday?) {
        daysPerPeriod = weekStart == nil ? 1 : 7
        outcomeDays = daysPerPeriod
        let early = Int(from.daysSince1970)
        // 1970-01-01 was a Thursday, the third day after a Monday.
        let skipped = weekStart.map { (($0.rawValue - 1 - early - 3) % 7 + 7) % 7 } ?? 0
        periods = (Int(to.daysSince1970) - early - skipped + 1) / daysPerPeriod
        first = from.adding(Int32(skipped))
        guard periods > 0 else { return nil }
    }

    /// The weeks of which an outcome has a row each, on the day that they begin with; nil if there
    /// is none.
    ///
    /// - Parameters:
    ///   - from: the first day that a row may be of.
    ///   - to: the last day that a row may be of: the week that begins then is the last.
    ///   - row: the day of any row.
    init?(rowsFrom from: PostgresDate, to: PostgresDate, like row: PostgresDate) {
        daysPerPeriod = 7
        outcomeDays = 1
        let skipped = ((Int(row.daysSince1970) - Int(from.daysSince1970)) % 7 + 7) % 7
        let days = Int(to.daysSince1970) - Int(from.daysSince1970) - skipped
        guard days >= 0 else { return nil }
        periods = days / 7 + 1
        first = from.adding(Int32(skipped))
    }

    /// The last day of the last period.
    var last: PostgresDate { first.adding(Int32(clamping: periods * daysPerPeriod - 1)) }
}
