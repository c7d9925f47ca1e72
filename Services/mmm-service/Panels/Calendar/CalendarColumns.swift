internal import Glibc

/// Columns that the calendar alone decides, for every geo and period of a panel.
public struct CalendarColumns: Sendable {
    private let periods: [PanelDay]
    private let daysPerPeriod: Int
    private let geos: Int

    /// The days of a mean year.
    public static let daysPerYear = 365.25
    /// The most pairs of waves: beyond the 26th the waves of weeks repeat.
    public static let mostOrders = 26

    /// The calendar of a panel.
    ///
    /// - Parameter panel: whose geos and periods columns are for.
    public init(_ panel: Panel) {
        periods = panel.periods
        daysPerPeriod = panel.daysPerPeriod
        geos = panel.geos.count
    }

    /// How many periods have passed since the first: 0, 1, 2 and so on.
    ///
    /// - Returns: one column, `trend`.
    public func trend() -> PanelColumn {
        column("trend") { Double($0) }
    }

    /// Waves of the year: sines first, then cosines.
    ///
    /// A wave of order n has the phase 2πn·d/365.25, where d is the day of the year on which a
    /// period starts, from 1.
    ///
    /// - Parameter orders: how many waves of each kind, at most ``mostOrders``; more are not made.
    /// - Returns: `sin_1`, `sin_2`, … and then `cos_1`, `cos_2`, ….
    public func yearlyWaves(orders: Int) -> [PanelColumn] {
        let range = 1..<max(1, min(orders, Self.mostOrders) + 1)
        let phases = periods.map { 2 * Double.pi * Double($0.dayOfYear) / Self.daysPerYear }
        return range.map { order in column("sin_\(order)") { sin(Double(order) * phases[$0]) } }
            + range.map { order in column("cos_\(order)") { cos(Double(order) * phases[$0]) } }
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
