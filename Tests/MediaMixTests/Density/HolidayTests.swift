import MediaMix
import Numerics
import Panels
import Testing

@Suite("Holidays in a model")
struct HolidayTests {
    /// Two holidays of three years, one of which moves; another lies outside the panel.
    private static let holidays = [
        (2020, 12, 25, "Christmas"), (2021, 12, 25, "Christmas"), (2020, 4, 12, "Easter"),
        (2021, 4, 4, "Easter"), (2022, 4, 17, "Easter"), (1999, 1, 1, "Past"),
    ].compactMap { year, month, day, name in
        PanelDay(year: year, month: month, day: day).map { PanelHoliday(day: $0, name: name) }
    }

    /// Weeks from January 2020.
    private func panel(geos: Int) throws -> Panel {
        var panel = try InventedPanels.panel(geos: geos, periods: 130, seed: 6)
        panel.periods = (0..<130).map { PanelDay(number: 18_267 + 7 * $0) }
        return panel
    }

    @Test("gradients are differences, and each name has a parameter", arguments: [1, 2])
    func differences(_ geos: Int) throws {
        var configuration = MixConfiguration()
        configuration.holidays = Self.holidays
        let model = try MediaMixModel(try panel(geos: geos), configuration)
        #expect(
            model.parameterNames.filter { $0.hasPrefix("gamma_holiday") } == [
                "gamma_holiday[Christmas]", "gamma_holiday[Easter]",
            ]
        )
        try MixDensity(model, .plain).expectDifferences("plain", points: 1)
        try MixDensity(model).expectDifferences("sampled", points: 1)
    }

    @Test("what a holiday adds is found")
    func recovery() async throws {
        var panel = try panel(geos: 1)
        let columns = CalendarColumns(panel).holidays(Self.holidays)
        for (column, effect) in zip(columns, [20.0, -8]) {
            for week in panel.periods.indices {
                panel.outcome.values[week] += effect * column.values[week]
            }
        }
        var configuration = MixConfiguration()
        configuration.holidays = Self.holidays
        let model = try MediaMixModel(panel, configuration)
        let draws = try await NamedDraws.quick(model, seed: 5)
        let scale = model.scaling.outcomeScale
        for (name, effect) in [("Christmas", 20.0), ("Easter", -8)] {
            try draws.expectInterval(
                "gamma_holiday[\(name)]",
                contains: effect / scale,
                narrowerThan: 20 / scale
            )
        }
    }
}
