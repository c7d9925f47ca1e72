import Foundation
import TestKit
import Testing
import Wire

@testable import Panels

/// The public data sets of mix models: what is in them, counted and summed elsewhere.
@Suite(.enabled(if: Reference.folder != nil, "no reference data"))
struct ReferencePanelTests {
    /// A file, and what a panel of it holds.
    struct Known: Sendable, CustomTestStringConvertible {
        let file: String
        let geos: Int
        let periods: Int
        let days: String
        let outcome: Double
        /// Spend and exposure of channels, by name.
        let channels: [String: [Double]]
        var others: [String: Double] = [:]
        var people = 1.0
        var value: Double?
        /// What is found but columns that are not used.
        var rules: Set<PanelRule> = []
        var hasEqualPopulations = false

        var testDescription: String { file }
    }

    private func table(_ file: String) throws -> PanelTable {
        let folder = try #require(Reference.folder)
        let data = try Data(contentsOf: folder.appendingPathComponent("data/mmm/" + file))
        return try PanelTable(csv: Array(data).rawBytes)
    }

    private func isNear(_ sum: Double, _ expected: Double) -> Bool {
        abs(sum - expected) <= 1e-10 * max(1, abs(expected))
    }

    @Test(arguments: Known.all)
    func sums(_ known: Known) throws {
        let table = try table(known.file)
        var roles = PanelRoles.guess(table)
        roles.hasEqualPopulations = known.hasEqualPopulations
        let reading = try PanelReading(table, roles: roles)
        let panel = reading.panel
        #expect(panel.geos.count == known.geos && panel.periods.count == known.periods)
        let (first, last) = (panel.periods[0], panel.periods[known.periods - 1])
        #expect("\(first) \(last)" == known.days)
        #expect(panel.daysPerPeriod == 7)
        #expect(isNear(panel.outcome.values.reduce(0, +), known.outcome))
        #expect(Set(panel.channels.map(\.name)) == Set(known.channels.keys))
        for channel in panel.channels {
            let columns = [channel.spend] + channel.exposure.columns.map(\.values)
            let sums = columns.map { $0.reduce(0, +) }
            let expected = try #require(known.channels[channel.name])
            #expect(sums.count == expected.count, "\(channel.name)")
            #expect(zip(sums, expected).allSatisfy { isNear($0, $1) }, "\(channel.name)")
        }
        let others = panel.organic + panel.treatments + panel.controls
        #expect(Set(others.map(\.name)) == Set(known.others.keys))
        for column in others {
            let expected = try #require(known.others[column.name])
            #expect(isNear(column.values.reduce(0, +), expected), "\(column.name)")
        }
        #expect(isNear(panel.geos.reduce(0) { $0 + $1.population }, known.people))
        let value = panel.valuePerOutcome?.reduce(0, +)
        #expect(isNear(value ?? 0, known.value ?? 0) && (value == nil) == (known.value == nil))
        let found = PanelContract(isOutcomeMoney: reading.isOutcomeMoney).check(panel)
        #expect(!found.isRefusal, "\(found)")
        #expect(Set(found.all.map(\.rule)) == known.rules, "\(found)")
        #expect(Set(reading.findings.all.map(\.rule)).isSubset(of: [.unusedColumn]))
    }

    @Test func orderOfRowsIsNothing() throws {
        let folder = try #require(Reference.folder)
        let url = folder.appendingPathComponent("data/mmm/meridian_geo_media.csv")
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
        var generator = SeededGenerator(seed: 4)
        let prints = try (0..<2).map { round in
            let rows =
                round == 0
                ? Array(lines.dropFirst()) : lines.dropFirst().shuffled(using: &generator)
            return try PanelReading(csv: ([lines[0]] + rows).joined(separator: "\n")).panel
                .fingerprint
        }
        #expect(prints[0] == prints[1])
    }

    @Test func inflationsOfNationalMedia() throws {
        let table = try table("meridian_national_all_channels.csv")
        let panel = try PanelReading(table, roles: PanelRoles.guess(table)).panel
        let others = (panel.organic + panel.treatments + panel.controls).map(\.values)
        let found = try #require(try Collinearity(panel.channels.map(\.units) + others))
        // By regressions of a program of another language.
        let expected = [
            1.719_037_184, 1.506_174_626, 2.890_948_291, 3.857_285_791, 2.563_407_163,
            2.376_849_517, 1.782_877_278, 3.793_199_777, 3.461_720_237,
        ]
        for (inflation, wanted) in zip(found.inflations, expected) {
            #expect(abs(inflation - wanted) < 1e-8)
        }
        #expect(found.inflations.count == expected.count)
    }

    @Test func plansOfMediaHaveNoOutcome() throws {
        let table = try table("meridian_hypothetical_geo_all_channels.csv")
        #expect(table.rowCount == 1_520)
        let found = findings { () throws(PanelFindings) in
            try PanelReading(table, roles: PanelRoles.guess(table)).findings
        }
        #expect(found.all.filter { $0.severity == .refuses }.map(\.rule) == [.missingRole])
        // With a column for it, the rest is read.
        var roles = PanelRoles.guess(table)
        roles["Unnamed: 0"] = .outcome(isMoney: false)
        let panel = try PanelReading(table, roles: roles).panel
        #expect(panel.periods.count == 38 && panel.geos.count == 40)
        #expect(panel.periods.first?.weekday == .friday)
        let spend = panel.channels.reduce(0) { $0 + $1.spend.reduce(0, +) }
        #expect(isNear(spend, 68_068_839.284_068_08))
    }

    @Test func curvesAreNoPanel() throws {
        let table = try table("robyn_df_curve_reach_freq.csv")
        #expect(table.rowCount == 300)
        let found = findings { () throws(PanelFindings) in
            try PanelReading(table, roles: PanelRoles.guess(table)).findings
        }
        #expect(found.isRefusal)
    }

    @Test func holidaysOfFourCountries() throws {
        let table = try table("robyn_prophet_holidays_DE_US_GB_FR.csv")
        #expect(try PanelHoliday.read(table).count == 2_320)
        let german = try PanelHoliday.read(table, country: "DE")
        let panel = try PanelReading(
            try self.table("robyn_dt_simulated_weekly.csv"),
            roles: PanelRoles.guess(try self.table("robyn_dt_simulated_weekly.csv"))
        ).panel
        let columns = CalendarColumns(panel).holidays(german)
        let sums = Dictionary(
            uniqueKeysWithValues: columns.map { ($0.name, $0.values.reduce(0, +)) }
        )
        #expect(sums == Known.germanHolidays)
    }

    @Test func daysOfTheYearAreThoseOfTheQuickstart() throws {
        let table = try table("pymc_mmm_example.csv")
        let panel = try PanelReading(table, roles: PanelRoles.guess(table)).panel
        let place = try #require(table.column("dayofyear"))
        for (row, period) in panel.periods.enumerated() {
            #expect("\(period.dayOfYear)" == table[row, place])
        }
    }
}
