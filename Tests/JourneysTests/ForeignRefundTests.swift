import Journeys
import Messages
import PathModels
import Testing

@Suite("What was paid back in another currency")
struct ForeignRefundTests {
    private static let day = JourneySelection.day

    /// A click and an order of 20 EUR on day 1, of which 11 USD on day 2, 3 GBP on day 3 and 2 USD
    /// on day 4 were paid back, beside 4 EUR on day 2.
    private static let timeline = Timeline(
        touches: [.init(time: day, kind: .click, place: 1)],
        conversions: [
            .init(
                touchesBefore: 1,
                time: day,
                kind: "order",
                value: 20_000_000,
                refunds: [.init(time: 2 * day, millionths: 4_000_000)],
                foreignRefunds: [
                    .init(time: 2 * day, millionths: 11_000_000, currency: "USD"),
                    .init(time: 3 * day, millionths: 3_000_000, currency: "GBP"),
                    .init(time: 4 * day, millionths: 2_000_000, currency: "USD"),
                ],
                currency: "EUR"
            )
        ]
    )

    /// A dollar is 0.5 EUR, and 2 EUR on day 4 and later.
    private static func table(
        asOf days: Int64 = 10,
        _ change: (inout JourneySelection) -> Void = { _ in }
    ) throws -> JourneyTable {
        var selection = JourneySelection(range: 0..<20 * day, asOf: days * day)
        selection.valueMode = .net
        change(&selection)
        let currency = selection.currency
        var table = JourneyTable(selection, labels: [1: "a"]) { other, day in
            let half: UInt64 = 500_000_000_000
            switch (other, currency) {
            case ("USD", "EUR"): return ExchangeRate(multiplier: day < 4 ? half : 4 * half)
            case ("EUR", "USD"): return ExchangeRate(multiplier: 4 * half)
            default: return nil
            }
        }
        try table.add(timeline)
        return table
    }

    private static func told(_ table: JourneyTable) -> [String] {
        table.counts.unmatchedRefunds.map { key, refunds in
            "\(key.currency) \(key.problem.rawValue) \(refunds.count) \(refunds.value.double)"
        }
        .sorted()
    }

    @Test("is taken off by the rates of its days, from its time on")
    func rates() throws {
        #expect(try Self.table(asOf: 1).paths.totalValue.double == 20)
        // 4, and 5.5 for 11 dollars.
        #expect(try Self.table(asOf: 2).paths.totalValue.double == 10.5)
        // 4 for 2 dollars.
        let all = try Self.table()
        #expect(all.paths.totalValue.double == 6.5)
        // Pounds have no rate.
        #expect(Self.told(all) == ["GBP 4 1 3.0"])
        #expect(try Self.table { $0.valueMode = .gross }.paths.totalValue.double == 20)
        #expect(Self.told(try Self.table { $0.valueMode = .gross }) == ["GBP 4 1 3.0"])
        // In dollars the order is worth 40: 8 are paid back in euros, 13 in dollars.
        let dollars = try Self.table { $0.currency = "USD" }
        #expect(dollars.paths.totalValue.double == 19)
        #expect(Self.told(dollars) == ["GBP 4 1 3.0"])
    }

    @Test("comes before margins, and is of lifetimes too")
    func modes() throws {
        let profit = try Self.table { selection in
            selection.valueMode = .profit
            selection.margins.append(500_000, of: "", from: .min)
        }
        #expect(profit.paths.totalValue.double == 3.25)
        let lifetime = try Self.table { $0.valueMode = .lifetime(5 * Self.day) }
        #expect(lifetime.paths.totalValue.double == 6.5)
        let none = try Self.table { $0.valueMode = .profit }
        #expect(none.paths.totalValue.double == 0 && none.counts.withoutMargin == ["order": 1])
    }

    @Test("pays back no more than is left, and what is over is told")
    func excess() throws {
        var timeline = Self.timeline
        timeline.conversions[0].foreignRefunds[2].millionths = 4_000_000
        var selection = JourneySelection(range: 0..<20 * Self.day, asOf: 10 * Self.day)
        selection.valueMode = .net
        var table = JourneyTable(selection, labels: [1: "a"]) { _, _ in
            ExchangeRate(multiplier: 1_000_000_000_000)
        }
        try table.add(timeline)
        // 16 are left of 20: 11 and 3 and 2 of 4.
        #expect(table.paths.totalValue.double == 0)
        #expect(Self.told(table) == ["EUR 2 1 2.0"])
        // Only refunds in the range are told.
        selection.range = 0..<4 * Self.day
        table = JourneyTable(selection, labels: [1: "a"])
        try table.add(timeline)
        #expect(Self.told(table) == ["GBP 4 1 3.0", "USD 4 1 11.0"])
    }
}
