import Glibc
import Testing

@testable import Panels

/// What the calendar alone decides.
@Suite struct CalendarTests {
    private func panel(_ start: PanelDay, _ count: Int, step: Int, geos: Int = 1) -> Panel {
        Panel(
            periods: (0..<count).map { start.advanced(by: step * $0) },
            daysPerPeriod: step,
            geos: (0..<geos).map { PanelGeo(name: "\($0)", population: 1) },
            outcome: PanelColumn(name: "y", values: []),
            channels: []
        )
    }

    @Test func everyDayOfFourCenturies() throws {
        // Counted up day by day, as a calendar on the wall.
        let start = try #require(PanelDay(year: 1_800, month: 1, day: 1))
        var (year, month, day, ofYear) = (1_800, 1, 1, 1)
        for offset in 0..<146_097 {
            let date = start.advanced(by: offset)
            let isSame = date.date == (year, month, day) && date.dayOfYear == ofYear
            // The first of January 1800 was a Wednesday.
            let isWeekday = date.weekday.rawValue == (offset + 2) % 7
            if !isSame || !isWeekday {
                Issue.record("\(date) is not \(year)-\(month)-\(day)")
                return
            }
            (day, ofYear) = (day + 1, ofYear + 1)
            if PanelDay(year: year, month: month, day: day) == nil { (month, day) = (month + 1, 1) }
            if month == 13 { (year, month, ofYear) = (year + 1, 1, 1) }
        }
        #expect("\(start)" == "1800-01-01")
        #expect(PanelDay(number: 0).weekday == .thursday)
        #expect(PanelDay(number: -1).weekday == .wednesday)
    }

    @Test func weekdays() throws {
        let start = try #require(PanelDay(year: 2026, month: 1, day: 1))
        let daily = CalendarColumns(panel(start, 9, step: 1, geos: 2))
        let weekdays = daily.weekdays()
        #expect(weekdays.map(\.name).first == "tuesday" && weekdays.count == 6)
        #expect(weekdays[2].values[..<9] == [1, 0, 0, 0, 0, 0, 0, 1, 0])
        // Mondays are what the others are compared with.
        #expect(weekdays.map { $0.values[4] } == Array(repeating: 0, count: 6))
        #expect(CalendarColumns(panel(start, 9, step: 7)).weekdays().isEmpty)
    }

    @Test func holidays() throws {
        let table = try PanelTable(
            """
            ds,holiday,country
            2026-01-01,New Year,DE
            2025-12-25,Christmas Day,DE
            2025-12-26,Christmas Day,DE
            2025-12-26,Boxing Day,GB
            2026-12-25,Christmas Day,DE
            2025-12-25,Christmas Day,DE
            """
        )
        let german = try PanelHoliday.read(table, country: "DE")
        #expect(german.count == 5)
        #expect(try PanelHoliday.read(table).count == 6)
        let start = try #require(PanelDay(year: 2025, month: 12, day: 22))
        let columns = CalendarColumns(panel(start, 3, step: 7, geos: 2)).holidays(german)
        #expect(
            columns == [
                PanelColumn(name: "Christmas Day", values: [2, 0, 0, 2, 0, 0]),
                PanelColumn(name: "New Year", values: [0, 1, 0, 0, 1, 0]),
            ]
        )
        #expect(throws: PanelFindings.self) { try PanelHoliday.read(try PanelTable("a,b\n1,2\n")) }
    }

    @Test func fingerprints() throws {
        let panel = SamplePanel.make(geos: 2, weeks: 5)
        let changes: [(inout Panel) -> Void] = [
            { $0.outcome.values[3] += 1e-9 }, { $0.outcome.name = "sales" },
            { $0.periods = $0.periods.map { $0.advanced(by: 7) } }, { $0.geos[0].name = "x" },
            { $0.geos[1].population += 1 }, { $0.channels.swapAt(0, 1) },
            { $0.channels[1].exposure = .spend }, { $0.channels[0].spend[0] = .nan },
            { $0.valuePerOutcome = $0.outcome.values }, { $0.controls += $0.treatments },
            { $0.organic.append($0.controls.removeLast()) },
            { $0.channels[0].exposure = .reach($0.outcome.values, frequency: $0.outcome.values) },
        ]
        var seen: Set = [panel.fingerprint]
        for change in changes {
            var other = panel
            change(&other)
            #expect(seen.insert(other.fingerprint).inserted)
            #expect(other.fingerprint == other.fingerprint)
        }
        #expect(seen.count == changes.count + 1)
        var zero = panel
        var negative = panel
        zero.outcome.values[0] = 0
        negative.outcome.values[0] = -0.0
        #expect(zero.fingerprint == negative.fingerprint)
        #expect(panel.fingerprint.count == 64)
    }
}
