import TestKit
import Testing
import Wire

@testable import Panels

/// No text stops the reader, the contract or what comes behind them.
@Suite struct MutationTests {
    private static let texts = [
        SamplePanel.csv(SamplePanel.make(geos: 2, weeks: 12)),
        SamplePanel.csv(SamplePanel.make(weeks: 9), separator: ";"),
        "date,y,x1,events,x1_reach,x1_frequency\n"
            + "1/2/2026,\"1,234.5\",1,na,2,3\n8/2/2026,2,3,b,4,5\n",
        "week\tchannel\tspend\n2026-W01\ttv\t1\n2026-W02\t\"ra\"\"dio\"\t2\n",
    ]

    /// What is put into texts: what means something to the reader, and what means nothing.
    private static let pieces: [[UInt8]] =
        [
            ",", ";", "\t", "\n", "\r", "\r\n", "\"", "\"\"", "0", "-", "-1", "1e308", "1e999",
            "NaN",
            "inf", ".", "1,234", "1.234,5", "%", "€", "2026-01-05", "9999-12-31", "1970-01-01",
            "31/12/2026", "2026-W53", "spend", "date", "geo", "é", "\u{FEFF}", " ", "\u{A0}", "",
        ].map { Array($0.utf8) } + [[0], [0xFF], [0xC2], [0xE2, 0x80], [0x80]]

    private func mutate(_ text: inout [UInt8], _ generator: inout SeededGenerator) {
        for _ in 0..<generator.number(in: 1...4) where !text.isEmpty {
            let start = generator.number(in: 0...text.count - 1)
            let end = min(text.count, start + generator.number(in: 0...6))
            switch generator.number(in: 0...4) {
            case 0: text.replaceSubrange(start..<end, with: generator.pick(Self.pieces))
            case 1: text.insert(contentsOf: generator.pick(Self.pieces), at: start)
            case 2: text[start] = UInt8(truncatingIfNeeded: generator.next())
            case 3: text.insert(contentsOf: text[start..<end], at: start)
            default: text.removeSubrange(start..<end)
            }
        }
    }

    /// Takes a text all the way; what is wrong is told.
    private func take(_ text: [UInt8]) throws(PanelFindings) -> PanelFindings {
        let table = try PanelTable(csv: text.rawBytes)
        if table.column("channel") != nil {
            return findings { () throws(PanelFindings) in
                let wide = try table.widened(by: "channel", values: ["spend"])
                return try PanelReading(wide, roles: PanelRoles.guess(wide)).findings
            }
        }
        var roles = PanelRoles.guess(table)
        roles.hasEqualPopulations = true
        let reading = try PanelReading(table, roles: roles)
        var found = PanelContract().check(reading.panel)
        found.add(try reading.weekly(beginning: .monday).findings)
        _ = reading.panel.fingerprint
        return found
    }

    @Test func tenThousand() {
        var generator = SeededGenerator(seed: 2_026)
        var (told, taken) = (0, 0)
        for round in 0..<10_000 {
            var text = Array(Self.texts[round % Self.texts.count].utf8)
            mutate(&text, &generator)
            do throws(PanelFindings) {
                _ = try take(text)
                taken += 1
            } catch {
                told += error.all.isEmpty ? 0 : 1
                #expect(error.isRefusal && error.all.count <= PanelFindings.most)
            }
        }
        #expect(told + taken == 10_000)
        #expect(told > 3_000 && taken > 1_000)
    }

    @Test func oddPanels() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            var panel = SamplePanel.make(
                geos: generator.number(in: 1...6),
                weeks: generator.number(in: 1...20),
                seed: generator.next()
            )
            for _ in 0..<generator.number(in: 1...9) {
                let cell = generator.number(in: 0...panel.cells - 1)
                switch generator.number(in: 0...4) {
                case 0: panel.outcome.values[cell] = generator.double()
                case 1: panel.channels[0].spend[cell] = generator.double()
                case 2: panel.controls[0].values[cell] = generator.double()
                case 3: panel.geos[0].population = generator.double()
                default:
                    panel.valuePerOutcome = panel.outcome.values.map { _ in generator.double() }
                }
            }
            let found = PanelContract(asksForReturn: true).check(panel)
            #expect(found.all.count <= PanelFindings.most)
            _ = "\(found)" + panel.fingerprint
        }
    }
}
