import Journeys
import PathModels
import TestKit
import Testing

@Suite("Profit of conversions")
struct MarginsTests {
    private static let labels: [Int32: String] = [1: "search"]

    private static func timeline(
        _ kind: String,
        at time: Int64,
        value: Int64,
        refunded: Int64 = 0,
        _ currency: String = "EUR"
    ) -> Timeline {
        Timeline(
            touches: [.init(time: time - 1, kind: .click, place: 1)],
            conversions: [
                .init(
                    touchesBefore: 1,
                    time: time,
                    kind: kind,
                    value: value,
                    refunds: refunded == 0 ? [] : [.init(time: time, millionths: refunded)],
                    currency: currency
                )
            ]
        )
    }

    private static func table(
        _ timelines: [Timeline],
        _ margins: Margins,
        rates: @escaping JourneyTable.Rates = { _, _ in nil }
    ) throws -> JourneyTable {
        var selection = JourneySelection(range: 0..<1_000_000, asOf: 1_000_000)
        (selection.valueMode, selection.margins) = (.profit, margins)
        var table = JourneyTable(selection, labels: labels, rates: rates)
        for timeline in timelines { try table.add(timeline) }
        return table
    }

    @Test("is what was not paid back times the last margin of its kind before, or of none")
    func oracle() throws {
        var random = SeededGenerator(seed: 9)
        let kinds = ["order", "lead", "call", ""]
        var rows: [(name: String, time: Int64, margin: Int64)] = []
        for name in kinds.dropFirst() {
            for time in stride(from: Int64.random(in: 10...400, using: &random), to: 900, by: 100) {
                rows.append((name, time, Int64.random(in: 0...1_000_000, using: &random)))
            }
        }
        var margins = Margins()
        for row in rows.sorted(by: { $0.time < $1.time }) {
            margins.append(row.margin, of: row.name, from: row.time)
        }
        var unknown = 0
        for _ in 0..<500 {
            let kind = kinds.randomElement(using: &random) ?? ""
            let time = Int64.random(in: 1...1_000, using: &random)
            let value = Int64.random(in: 1...90_000_000, using: &random)
            let refunded = Int64.random(in: 0..<value, using: &random)
            let own = rows.filter { $0.name == kind && $0.time <= time }.max { $0.time < $1.time }
            let other = rows.filter { $0.name.isEmpty && $0.time <= time }
                .max { $0.time < $1.time }
            let table = try Self.table(
                [Self.timeline(kind, at: time, value: value, refunded: refunded)],
                margins
            )
            guard let margin = (own ?? other)?.margin else {
                unknown += 1
                #expect(table.counts.withoutMargin == [kind: 1])
                #expect(table.paths.totalConversions == 1 && table.paths.totalValue == .zero)
                continue
            }
            // Whole millionths, half of one rounded up.
            let profit = ((value - refunded) * margin + 500_000) / 1_000_000
            #expect(table.paths.totalValue.units == Int128(profit) * 1_000_000)
            #expect(table.counts.withoutMargin.isEmpty)
        }
        #expect(unknown > 10 && unknown < 490)
    }

    @Test("is converted after it was reckoned, and nothing of nothing")
    func converted() throws {
        var margins = Margins()
        margins.append(250_000, of: "order", from: 0)
        let table = try Self.table(
            [
                Self.timeline("order", at: 5, value: 8_000_000, "USD"),
                Self.timeline("lead", at: 6, value: 0),
            ],
            margins
        ) { _, _ in ExchangeRate(multiplier: 500_000_000_000) }
        #expect(table.paths.totalValue.double == 1 && table.counts.withoutMargin.isEmpty)
    }

    @Test("is refused where it is a loss")
    func loss() throws {
        var margins = Margins()
        margins.append(-100_000, of: "order", from: 0)
        #expect(throws: JourneyFailure.loss(kind: "order")) {
            try Self.table([Self.timeline("order", at: 5, value: 8_000_000)], margins)
        }
        let free = try Self.table([Self.timeline("order", at: 5, value: 0)], margins)
        #expect(free.paths.totalConversions == 1)
    }
}
