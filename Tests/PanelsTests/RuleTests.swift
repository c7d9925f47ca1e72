import TestKit
import Testing
import Wire

@testable import Panels

/// Every rule is broken by something, and by nothing without fault.
@Suite struct RuleTests {
    /// Something that breaks a rule.
    struct Cause: Sendable, CustomTestStringConvertible {
        let rule: PanelRule
        let severity: PanelFinding.Severity
        let found: @Sendable () -> PanelFindings

        var testDescription: String { "\(severity) \(rule)" }
    }

    @Test(arguments: [(1, 156), (1, 104), (2, 104), (12, 120)])
    func nothingIsWrong(_ geos: Int, _ weeks: Int) {
        for seed in 1...5 {
            let panel = SamplePanel.make(geos: geos, weeks: weeks, seed: UInt64(seed))
            let found = PanelContract(asksForReturn: true).check(panel)
            #expect(found == PanelFindings(), "\(found)")
        }
    }

    @Test(
        arguments: Cause.ofFiles + Cause.ofRoles + Cause.ofRows + Cause.ofPanels + Cause.ofMedia
            + Cause.ofColumns
    )
    func isBroken(_ cause: Cause) throws {
        let found = cause.found()
        let finding = try #require(
            found.all.first { $0.rule == cause.rule && $0.severity == cause.severity },
            "\(found)"
        )
        #expect(found.isRefusal == found.all.contains { $0.severity == .refuses })
        #expect(!finding.problem.isEmpty && !finding.remedy.isEmpty)
        #expect(!finding.problem.hasSuffix(".") && !finding.remedy.hasSuffix("."))
        // What is found in a panel that is broken in one way is of that way alone.
        #expect(Set(found.all.map(\.rule)).subtracting([cause.rule]).count <= 2, "\(found)")
    }

    @Test func allAreTried() {
        let causes =
            Cause.ofFiles + Cause.ofRoles + Cause.ofRows + Cause.ofPanels + Cause.ofMedia
            + Cause.ofColumns
        #expect(Set(causes.map(\.rule)) == Set(PanelRule.allCases).subtracting(PanelRule.heard))
    }

    @Test func weightiestFirst() {
        var panel = SamplePanel.make(weeks: 60)
        panel.channels[0].spend[3] = -1
        let found = PanelContract().check(panel)
        #expect(found.all.map(\.severity) == found.all.map(\.severity).sorted())
        #expect(found.all.first?.rule == .negativeMedia)
        #expect(found.all.first?.columns == ["tv spend"])
        #expect(found.all.first?.periods == [panel.periods[3]])
    }

    @Test func parametersAreCounted() {
        let panel = SamplePanel.make(geos: 3)
        // Three intercepts, noise, trend, four waves; three for each of three media; two more.
        #expect(panel.usualParameters == 3 + 6 + 9 + 2)
        let few = PanelContract(parameters: 94).check(panel)
        #expect(few.all.map(\.rule) == [.fewPerParameter] && !few.isRefusal)
        #expect(PanelContract(parameters: 93).check(panel).all.isEmpty)
        #expect(PanelContract(parameters: 235).check(panel).isRefusal)
    }
}

extension RuleTests.Cause {
    /// A file that breaks a rule.
    static func file(_ rule: PanelRule, _ text: String) -> Self {
        Self(rule: rule, severity: .refuses) {
            findings { () throws(PanelFindings) in
                _ = try PanelTable(text)
                return PanelFindings()
            }
        }
    }

    /// A table that breaks a rule when it is read by guessed roles that are changed.
    static func table(
        _ rule: PanelRule,
        _ text: String,
        severity: PanelFinding.Severity = .refuses,
        _ change: @escaping @Sendable (inout PanelRoles) -> Void = { _ in }
    ) -> Self {
        Self(rule: rule, severity: severity) {
            findings { () throws(PanelFindings) in
                try PanelReading(csv: text, change).findings
            }
        }
    }

    /// A panel that breaks a rule once it is changed.
    static func panel(
        _ rule: PanelRule,
        _ severity: PanelFinding.Severity = .refuses,
        geos: Int = 1,
        weeks: Int = 156,
        contract: PanelContract = PanelContract(),
        _ change: @escaping @Sendable (inout Panel) -> Void
    ) -> Self {
        Self(rule: rule, severity: severity) {
            var panel = SamplePanel.make(geos: geos, weeks: weeks)
            change(&panel)
            return contract.check(panel)
        }
    }

    static let ofFiles: [Self] = [
        file(.empty, ""), file(.empty, " \r\n\n "), file(.empty, "a,b\n"),
        file(.notText, "a,b\n\0,1\n"), file(.notText, "PK\u{3}\u{4}rest"),
        file(.wrongCells, "a,b\n1\n"), file(.strayQuote, "a,b\n\"1\" x,2\n"),
        file(.strayQuote, "a,b\n1,\"2\n"), file(.doubledHeader, "a,b,a\n1,2,3\n"),
        file(.tooLarge, Array(repeating: "a", count: 1_001).joined(separator: ",")),
        Self(rule: .notUTF8, severity: .refuses) {
            findings { () throws(PanelFindings) in
                _ = try PanelTable(csv: [97, 44, 98, 10, 0xE9, 44, 49, 10].rawBytes)
                return PanelFindings()
            }
        },
        Self(rule: .notText, severity: .refuses) {
            findings { () throws(PanelFindings) in
                _ = try PanelTable(csv: [0xFF, 0xFE, 97, 0].rawBytes)
                return PanelFindings()
            }
        },
    ]

    private static let weeks = """
        2026-01-05,1,2
        2026-01-12,3,4
        2026-01-19,5,6

        """

    private static let wideWeeks = weeks.split(separator: "\n").map { $0 + ",1\n" }.joined()

    static let ofRoles: [Self] = [
        table(.missingRole, "date,y,z\n" + weeks),
        table(.missingRole, "a,y,x1\n" + weeks) { $0["a"] = .ignored },
        table(.missingRole, "date,a,x1\n" + weeks),
        table(.doubledRole, "date,y,x1\n" + weeks) { $0["x1"] = .outcome(isMoney: true) },
        table(.halfChannel, "date,y,x1\n" + weeks) { $0["x1"] = .exposure(channel: "tv") },
        table(
            .halfChannel,
            "date,y,x1,r\n" + wideWeeks
        ) {
            $0["r"] = .reach(channel: "x1")
        },
        table(.unknownColumn, "date,y,x1\n" + weeks) { $0["radio"] = .control },
        Self(rule: .unusedColumn, severity: .notes) {
            findings { () throws(PanelFindings) in
                try PanelReading(csv: "date,y,x1,z\n" + wideWeeks).findings
            }
        },
    ]

    static let ofRows: [Self] = [
        table(.required, "date,y,x1\n,7,8\n" + weeks),
        table(.required, "date,geo,y,x1\n2026-01-05,,1,2\n2026-01-12,a,1,2\n"),
        table(.number, "date,y,x1\n2025-12-29,seven,8\n" + weeks),
        table(.numberTooLarge, "date,y,x1\n2025-12-29,1e40,8\n" + weeks),
        table(.day, "date,y,x1\nsoon,7,8\n" + weeks),
        table(.ambiguousDay, "date,y,x1\n1/2/2026,7,8\n8/2/2026,1,2\n"),
        table(.population, "date,geo,population,y,x1\n2026-01-05,a,0,1,2\n2026-01-12,a,5,1,2\n"),
        table(
            .population,
            "date,geo,population,y,x1\n2026-01-05,a,4,1,2\n2026-01-12,a,5,1,2\n",
            severity: .notes
        ),
        table(
            .manyEvents,
            "date,y,x1,events\n"
                + (0..<101).map { "\(PanelDay(number: 18_631 + 7 * $0)),1,2,e\($0)\n" }.joined()
        ),
        table(.duplicateRow, "date,y,x1\n2026-01-05,7,8\n" + weeks),
        table(
            .duplicateRow,
            "date,geo,y,x1\n2026-01-05,a,7,8\n2026-01-05,a,7,8\n2026-01-12,a,1,1\n"
        ),
        table(.periodLength, "date,y,x1\n2026-01-01,7,8\n2026-02-01,1,2\n2026-03-04,1,2\n"),
        table(.offGrid, "date,y,x1\n2026-01-28,7,8\n" + weeks + "2026-01-26,3,3\n"),
        table(
            .sparse,
            "date,geo,y,x1\n"
                + (0..<400).map {
                    let day = PanelDay(number: $0 == 0 ? 0 : 80_000 + $0)
                    return "\(day),g\($0),1,2\n"
                }.joined()
        ),
        table(.tooFewPeriods, "date,y,x1\n2026-01-01,7,8\n"),
        Self(rule: .incompleteWeek, severity: .notes) {
            findings { () throws(PanelFindings) in
                let days = (0..<20).map { "\(PanelDay(number: 20_000 + $0)),1,2\n" }.joined()
                let reading = try PanelReading(csv: "date,y,x1\n" + days)
                return try reading.weekly(beginning: .monday).findings
            }
        },
        Self(rule: .tooFewPeriods, severity: .refuses) {
            findings { () throws(PanelFindings) in
                let days = (0..<6).map { "\(PanelDay(number: 20_000 + $0)),1,2\n" }.joined()
                let reading = try PanelReading(csv: "date,y,x1\n" + days)
                return try reading.weekly(beginning: .monday).findings
            }
        },
    ]

    static let ofPanels: [Self] = [
        panel(.shape) { $0.outcome.values.removeLast() },
        panel(.shape) { $0.periods[4] = $0.periods[3] }, panel(.shape) { $0.daysPerPeriod = 30 },
        panel(.shape) { $0.geos = [] }, panel(.shape) { $0.periods = [] },
        panel(.shape) { $0.channels[1].name = "tv" },
        panel(.shape) { $0.controls[0].name = "price" },
        panel(.shape) { $0.channels[0].name = "" },
        panel(.shape, geos: 2) { $0.geos[0].name = $0.geos[1].name },
        panel(.shape) { panel in
            panel.periods = (0..<3_000_000).map { PanelDay(number: 7 * $0) }
        },
        panel(.noChannel) { $0.channels = [] },
        panel(.gap) { $0.clear([40, 41]) }, panel(.gap, geos: 2) { $0.clear([40, 196]) },
        panel(.missingCells, geos: 2) { $0.clear([40]) },
        panel(.differentRanges, geos: 3) { $0.clear([0, 1, 2]) },
        panel(.differentRanges, geos: 2) { $0.clear(Array(150..<160)) },
        panel(.missingValue) { $0.outcome.values[5] = .nan },
        panel(.missingValue) { $0.channels[0].spend[5] = .infinity },
        panel(.missingValue) { $0.controls[0].values[5] = .nan },
        panel(.missingValue) { panel in
            panel.valuePerOutcome = panel.outcome.values.map { _ in 2 }
            panel.valuePerOutcome?[7] = .nan
        },
        panel(.outcomeZero) { $0.outcome.values = $0.outcome.values.map { _ in 0 } },
        panel(.outcomeConstant) { $0.outcome.values = $0.outcome.values.map { _ in 7 } },
        panel(.outcomeConstant, .warns, geos: 3) { panel in
            for cell in 156..<312 { panel.outcome.values[cell] = 2_000_000 }
        },
        panel(.outcomeNegative, .warns) { $0.outcome.values[9] = -1 },
        panel(.outcomeSparse, .warns) { panel in
            for cell in 0..<80 { panel.outcome.values[cell] = 0 }
        },
        panel(.outcomeOutlier, .warns) { $0.outcome.values[9] *= 10 },
        panel(.outcomeValue, contract: PanelContract(asksForReturn: true, isOutcomeMoney: false)) {
            _ in
        },
        panel(.outcomeValue, .warns) { panel in
            panel.valuePerOutcome = panel.outcome.values.map { _ in 2 }
            panel.valuePerOutcome?[7] = 0
        },
        panel(.geoPopulation, geos: 2) { $0.geos[1].population = .nan },
        panel(.geoPopulation) { $0.geos[0].population = 0 },
        panel(.populationMismatch, .warns, geos: 8) { panel in
            let populations = panel.geos.map(\.population)
            for geo in panel.geos.indices { panel.geos[geo].population = populations[7 - geo] }
        },
        panel(.populationMismatch, .notes, geos: 8) { $0.geos[7].population *= 100 },
        panel(.tooFewPeriods, weeks: 15) { _ in },
        panel(.tooFewPeriods, .warns, weeks: 103) { _ in },
        panel(.fewPerParameter, weeks: 30, contract: PanelContract(parameters: 16)) { _ in },
        panel(.fewPerParameter, .warns, weeks: 156, contract: PanelContract(parameters: 40)) { _ in
        },
    ]

    static let ofMedia: [Self] = [
        panel(.negativeMedia) { $0.channels[0].spend[3] = -5 },
        panel(.negativeMedia) { $0.organic[0].values[3] = -5 },
        panel(.negativeMedia) { panel in
            panel.setUnits(-1, in: [3])
        },
        panel(.neverSpent) { $0.channels[0].spend = $0.channels[0].spend.map { _ in 0 } },
        panel(.neverSpent) { $0.channels[1].spend = $0.channels[1].spend.map { _ in 0 } },
        panel(.channelConstant) { $0.channels[0].spend = $0.channels[0].spend.map { _ in 10 } },
        panel(.channelConstant) {
            $0.channels[1].exposure = .units($0.outcome.values.map { _ in 10 })
        },
        panel(.exposureWithoutSpend, .warns) { panel in
            for cell in 3..<8 { panel.channels[1].spend[cell] = 0 }
        },
        panel(.exposureWithoutSpend, .notes) { panel in
            panel.channels[1].spend[3] = 0
            panel.setUnits(1, in: [3])
        },
        panel(.spendWithoutExposure, .warns) { $0.setUnits(0, in: [3, 4, 5, 6, 7]) },
        panel(.spendWithoutExposure, .notes) { panel in
            panel.channels[1].spend[3] = 1
            panel.setUnits(0, in: [3])
        },
        panel(.spendConcentrated, .warns) { panel in
            for cell in 0..<156 where !(70..<76).contains(cell) {
                panel.channels[0].spend[cell] = 0
            }
        },
        panel(.spendTiny, .warns) { panel in
            panel.channels[0].spend = panel.channels[0].spend.map { $0 / 1_000 }
        },
        panel(.costJump, .warns) { $0.channels[1].spend[3] *= 10 },
        panel(.reachImpossible, .warns) { panel in
            panel.channels[1].exposure = .reach(
                panel.channels[1].units,
                frequency: panel.outcome.values.indices.map { $0 == 4 ? 0.5 : 1 }
            )
        },
        panel(.reachImpossible, .warns) { panel in
            panel.geos[0].population = 80
            panel.channels[1].exposure = .reach(
                panel.channels[1].units,
                frequency: panel.outcome.values.map { _ in 1 }
            )
        },
    ]

    static let ofColumns: [Self] = [
        panel(.columnConstant) { $0.controls[0].values = $0.controls[0].values.map { _ in 3 } },
        panel(.columnConstant) { $0.treatments[0].values = $0.outcome.values.map { _ in 0 } },
        panel(.columnConstant, .warns, geos: 2) { panel in
            panel.controls[0].values = panel.controls[0].values.indices.map { $0 < 156 ? 1 : 2 }
        },
        panel(.channelsTogether) { panel in
            panel.channels.append(
                PanelChannel(name: "video", spend: panel.channels[0].spend.map { 2 * $0 })
            )
        },
        panel(.channelsTogether, .warns) { panel in
            let spend = zip(panel.channels[0].spend, panel.controls[0].values).map { $0 + $1 / 2 }
            panel.channels.append(PanelChannel(name: "video", spend: spend))
        },
        panel(.channelWithControl) { $0.controls[0].values = $0.channels[0].spend.map { -$0 } },
        panel(.channelWithControl, .warns) { panel in
            panel.controls[0].values = zip(panel.channels[0].spend, panel.controls[0].values)
                .map { $0 + $1 / 2 }
        },
        panel(.channelWithTrend, .warns) { panel in
            panel.channels[0].spend = panel.channels[0].spend.indices.map {
                Double(1_000 + 10 * $0) + panel.channels[0].spend[$0]
            }
        },
        panel(.variance) { panel in
            let (tv, search) = (panel.channels[0].spend, panel.channels[1].units)
            panel.channels.append(PanelChannel(name: "video", spend: zip(tv, search).map(+)))
        },
        panel(.variance, .warns) { panel in
            let (tv, search) = (panel.channels[0].spend, panel.channels[1].units)
            panel.channels.append(
                PanelChannel(
                    name: "video",
                    spend: tv.indices.map { tv[$0] + search[$0] + Double($0 * 37 % 31) }
                )
            )
        },
        panel(.condition, .warns) { panel in
            let (tv, search) = (panel.channels[0].spend, panel.channels[1].units)
            panel.channels.append(PanelChannel(name: "video", spend: zip(tv, search).map(+)))
        },
    ]
}

extension Panel {
    /// Changes how often the second channel was clicked.
    fileprivate mutating func setUnits(_ value: Double, in cells: [Int]) {
        var units = channels[1].units
        for cell in cells { units[cell] = value }
        channels[1].exposure = .units(units)
    }

    /// Takes all numbers out of some cells.
    fileprivate mutating func clear(_ cells: [Int]) {
        setUnits(.nan, in: cells)
        for cell in cells {
            outcome.values[cell] = .nan
            for place in channels.indices { channels[place].spend[cell] = .nan }
            organic[0].values[cell] = .nan
            treatments[0].values[cell] = .nan
            controls[0].values[cell] = .nan
        }
    }
}
