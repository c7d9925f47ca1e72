/// Columns that the calendar alone decides, for every geo and period of a panel.
///
/// Trends and waves of the year are the model's own.
public struct CalendarColumns: Sendable {
    private let periods: [PanelDay]
    private let daysPerPeriod: Int
    private let geos: Int

    /// The calendar of a panel.
    ///
    /// - Parameter panel: whose geos and periods columns are for.
    public init(_ panel: Panel) {
        periods = panel.periods
        daysPerPeriod = panel.daysPerPeriod
        geos = panel.geos.count
    }

    /// The days of the week but Monday, which the others are compared with.
    ///
    /// - Returns: six columns that are 1 on their day; none for a panel of weeks.
    public func weekdays() -> [PanelColumn] {
        guard daysPerPeriod == 1 else { return [] }
        return PanelWeekday.allCases.dropFirst().map { weekday in
            column(weekday.name.lowercased()) { periods[$0].weekday == weekday ? 1 : 0 }
        }
    }

    /// Public holidays: how many days of a period are of each.
    ///
    /// - Parameter holidays: those of the market, in any order; a day listed twice counts once.
    /// - Returns: a column for each name that has a day in the panel, by name.
    public func holidays(_ holidays: [PanelHoliday]) -> [PanelColumn] {
        guard let first = periods.first else { return [] }
        var counts: [String: [Double]] = [:]
        for holiday in Set(holidays) {
            let days = holiday.day.number - first.number
            guard days >= 0, days / daysPerPeriod < periods.count else { continue }
            let empty = Array(repeating: 0.0, count: periods.count)
            counts[holiday.name, default: empty][days / daysPerPeriod] += 1
        }
        return counts.keys.sorted().map { name in
            let values = counts[name] ?? []
            return column(name) { values[$0] }
        }
    }

    /// A column of which a period alone decides.
    private func column(_ name: String, _ value: (Int) -> Double) -> PanelColumn {
        let values = periods.indices.map(value)
        return PanelColumn(name: name, values: (0..<geos).flatMap { _ in values })
    }
}
