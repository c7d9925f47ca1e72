import TestKit
import Testing

@testable import Panels

/// Panels read from tables.
@Suite struct PanelReadingTests {
    @Test func nationalPanelComesBack() throws {
        let panel = SamplePanel.make(weeks: 20)
        for separator in [",", ";", "\t"] {
            let reading = try PanelReading(csv: SamplePanel.csv(panel, separator: separator))
            var expected = panel
            expected.geos[0].name = "national"
            #expect(reading.panel == expected)
            #expect(reading.isOutcomeMoney)
            #expect(reading.findings.all.isEmpty)
        }
    }

    @Test func orderOfRowsIsNothing() throws {
        var panel = SamplePanel.make(geos: 3, weeks: 30)
        panel.geos[0].name = "zürich"
        panel.geos[1].name = "aarau"
        var generator = SeededGenerator(seed: 3)
        let one = try PanelReading(csv: SamplePanel.csv(panel))
        #expect(one.panel.geos.map(\.name) == ["aarau", "place 2", "zürich"])
        #expect(one.panel.geos.map(\.population) == [1_700, 2_400, 1_000])
        #expect(
            one.panel.outcome.values
                == [30..<60, 60..<90, 0..<30].flatMap {
                    Array(panel.outcome.values[$0])
                }
        )
        for _ in 0..<5 {
            let order = Array(0..<panel.cells).shuffled(using: &generator)
            let other = try PanelReading(csv: SamplePanel.csv(panel, rows: order))
            #expect(other.panel == one.panel)
            #expect(other.panel.fingerprint == one.panel.fingerprint)
        }
    }

    @Test func everyWrongCellIsTold() throws {
        let lines = (0..<60).map { week in
            "\(PanelDay(number: 18_631 + 7 * week)),\(week == 7 ? "many" : "\(week)"),"
                + (week.isMultiple(of: 3) ? "5 EUR" : "5")
        }
        let text = "date,y,x1\n" + lines.joined(separator: "\n") + "\n2021-99-01,1,1\n"
        let found = findings { () throws(PanelFindings) in
            try PanelReading(csv: text).findings
        }
        #expect(found.isRefusal && found.omitted == 0)
        #expect(found.all.count == 22)
        let cell = try #require(found.all.first { $0.text == "many" })
        #expect(cell.row == 9 && cell.columns == ["y"] && cell.rule == .number)
        #expect(found.all.filter { $0.text == "5 EUR" }.map(\.row) == (0..<20).map { 2 + 3 * $0 })
        #expect(found.all.contains { $0.rule == .day && $0.row == 62 })
        #expect(
            "\(cell)" == "refuses [number] row 9, y “many”: this is no number; "
                + "write a number as 1234.5, or leave the cell empty"
        )
    }

    @Test func findingsHaveABound() {
        let lines = (0..<500).map { "\(PanelDay(number: 18_631 + 7 * $0)),?,1" }
        let found = findings { () throws(PanelFindings) in
            try PanelReading(csv: "date,y,x1\n" + lines.joined(separator: "\n")).findings
        }
        #expect(found.all.count == 100 && found.omitted == 400)
        #expect("\(found)".hasSuffix("and 400 more like these"))
    }

    @Test func missingRowsAndCellsAreNaN() throws {
        let reading = try PanelReading(
            csv: """
                date,geo,population,y,x1
                2026-01-05,a,10,1,2
                2026-01-12,a,10,,3
                2026-01-26,a,10,4,NA
                2026-01-05,b,20,5,6
                2026-01-12,b,20,7,8
                """
        )
        let values = { (column: [Double]) in column.map { $0.isNaN ? -1 : $0 } }
        #expect(
            reading.panel.periods.map(\.description) == [
                "2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26",
            ]
        )
        #expect(values(reading.panel.outcome.values) == [1, -1, -1, 4, 5, 7, -1, -1])
        #expect(values(reading.panel.channels[0].spend) == [2, 3, -1, -1, 6, 8, -1, -1])
    }

    @Test func eventsAreControls() throws {
        let reading = try PanelReading(
            csv: """
                date,y,x1,events
                2026-01-05,1,2,na
                2026-01-12,2,3,sale
                2026-01-19,2,3,fair
                2026-01-26,2,3,sale
                """
        )
        #expect(
            reading.panel.controls == [
                PanelColumn(name: "events=fair", values: [0, 0, 1, 0]),
                PanelColumn(name: "events=sale", values: [0, 1, 0, 1]),
            ]
        )
    }

    @Test func noRows() throws {
        let table = try PanelTable(columns: ["date", "y", "x1"], rows: [])
        var roles = PanelRoles.guess(table)
        roles["date"] = .day
        let found = findings { () throws(PanelFindings) in
            try PanelReading(table, roles: roles).findings
        }
        #expect(found.all.map(\.rule) == [.empty])
    }

    @Test func populations() throws {
        let rows = """
            2026-01-05,a,1,2,10
            2026-01-12,a,1,2,30
            2026-01-05,b,3,4,5
            2026-01-12,b,3,4,5
            """
        let changing = try PanelReading(csv: "date,geo,y,x1,population\n" + rows)
        #expect(changing.panel.geos.map(\.population) == [20, 5])
        #expect(changing.findings.all.map(\.rule) == [.population])
        // Means round the same way whatever the order of rows.
        var generator = SeededGenerator(seed: 5)
        let people = (0..<40).map { "\(PanelDay(number: 18_631 + 7 * $0)),a,1,2,0.\($0)1" }
        let means = try (0..<20).map { _ in
            let shuffled = people.shuffled(using: &generator).joined(separator: "\n")
            return try PanelReading(csv: "date,geo,y,x1,population\n" + shuffled).panel.fingerprint
        }
        #expect(Set(means).count == 1)
        let none = "date,geo,y,x1\n2026-01-05,a,1,2\n2026-01-12,a,1,2\n2026-01-05,b,3,4\n"
        #expect(try PanelReading(csv: none).panel.geos.allSatisfy { $0.population.isNaN })
        let equal = try PanelReading(csv: none) { $0.hasEqualPopulations = true }
        #expect(equal.panel.geos.map(\.population) == [1, 1])
    }

    // MARK: Weeks

    /// A panel of days whose numbers are known: the outcome of day d is d, and so on.
    private func days(_ count: Int, from start: PanelDay) -> PanelReading {
        let values = (0..<2 * count).map(Double.init)
        let panel = Panel(
            periods: (0..<count).map(start.advanced(by:)),
            daysPerPeriod: 1,
            geos: [PanelGeo(name: "a", population: 1), PanelGeo(name: "b", population: 1)],
            outcome: PanelColumn(name: "y", values: values),
            valuePerOutcome: values.map { $0 + 1 },
            channels: [
                PanelChannel(name: "tv", spend: values, exposure: .units(values.map { 2 * $0 })),
                PanelChannel(
                    name: "web",
                    spend: values,
                    exposure: .reach(values, frequency: values.map { 1 + $0 / 10 })
                ),
            ],
            organic: [PanelColumn(name: "o", values: values)],
            treatments: [PanelColumn(name: "p", values: values)],
            controls: [PanelColumn(name: "c", values: values)]
        )
        return PanelReading(panel: panel, isOutcomeMoney: false, findings: PanelFindings())
    }

    @Test(arguments: PanelWeekday.allCases)
    func weeks(_ first: PanelWeekday) throws {
        let start = try #require(PanelDay(year: 2026, month: 1, day: 1))
        let daily = days(40, from: start)
        let weekly = try daily.weekly(beginning: first)
        let panel = weekly.panel
        // Plainly: every whole week from such a day.
        let starts = (0...33).filter { start.advanced(by: $0).weekday == first }
        #expect(panel.periods == starts.map(start.advanced(by:)))
        #expect(panel.daysPerPeriod == 7)
        for (place, cell) in [(0, 0), (1, 40)] {
            for (week, lead) in starts.enumerated() {
                let numbers = (0..<7).map { Double(cell + lead + $0) }
                let sum = numbers.reduce(0, +)
                let at = place * starts.count + week
                #expect(panel.outcome.values[at] == sum)
                #expect(panel.channels[0].spend[at] == sum)
                #expect(panel.channels[0].units[at] == 2 * sum)
                #expect(panel.organic[0].values[at] == sum)
                #expect(panel.treatments[0].values[at] == sum / 7)
                #expect(panel.controls[0].values[at] == sum / 7)
                let earned = numbers.reduce(0) { $0 + $1 * ($1 + 1) }
                let value = try #require(panel.valuePerOutcome)[at]
                #expect(abs(value * sum - earned) <= 1e-9 * earned)
                let seen = numbers.reduce(0) { $0 + $1 * (1 + $1 / 10) }
                #expect(abs(panel.channels[1].units[at] - seen) <= 1e-9 * seen)
            }
        }
        let dropped = 40 - 7 * starts.count
        #expect(weekly.findings.all.map(\.rule) == (dropped > 0 ? [.incompleteWeek] : []))
        #expect(try weekly.weekly(beginning: .sunday).panel == panel)
    }

    @Test func daysAreTold() throws {
        let lines = (0..<30).map { "\(PanelDay(number: 20_000 + $0)),\($0),1" }
        let reading = try PanelReading(csv: "day,y,x1\n" + lines.joined(separator: "\n"))
        #expect(reading.panel.daysPerPeriod == 1 && reading.panel.periods.count == 30)
    }
}
