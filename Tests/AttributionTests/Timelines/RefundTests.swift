import Attribution
import Contracts
import Messages
import RPC
import TestTenants
import Testing
import Wire

@Suite("Refunds in timelines", .timeLimit(.minutes(5)))
struct RefundTests {
    /// A refund as files of GA4 and others have it: of the kind `conversion`.
    private static func refund(
        _ order: String,
        _ value: String,
        after minutes: Int64,
        _ change: (inout IngestV1.Event) -> Void = { _ in }
    ) -> IngestV1.Event {
        ServedAttribution.order(order, value, after: minutes, name: "refund") {
            $0.kind = .refund
            change(&$0)
        }
    }

    private static func selection(
        asOf minutes: Int64 = 10_000
    ) -> AttributionV1.JourneySelection {
        var selection = AttributionV1.JourneySelection()
        selection.asOf = ServedAttribution.event("", after: minutes).occurredAt
        selection.valueMode = .net
        return selection
    }

    @Test("pay back the order whose id they have, whatever their kind, from their time on")
    func orders() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.write([
            ServedAttribution.event("c1") {
                $0.kind = .click
                $0.visit = ServedAttribution.visit("google", "cpc")
            },
            ServedAttribution.order("o1", "20", after: 1),
            // The same id, of another kind: the purchase's is meant.
            ServedAttribution.order("o1", "90", after: 2, name: "lead") { $0.kind = .conversion },
            ServedAttribution.order("o2", "30", after: 3, name: "lead") { $0.kind = .conversion },
            Self.refund("o1", "5", after: 10), Self.refund("o1", "99", after: 20),
            ServedAttribution.order("o2", "", after: 30, name: "Order Cancelled"),
            Self.refund("o9", "7.25", after: 40), Self.refund("", "2", after: -5),
            Self.refund("o8", "", after: 50) { $0.anonymousID = "somebody" },
            Self.refund("o7", "3", after: 60) { $0.currency = "USD" },
        ])
        try await attribution.build()
        let start: Int64 = 1_772_366_400_000_000
        func at(_ minutes: Int64) -> Int64 { start + minutes * 60_000_000 }
        let lines = try await attribution.stored()
        let parts = [
            "#purchase@\(at(1)):Order-Completed-o1-1:o1:20000000:"
                + "5000000@\(at(10))+15000000@\(at(20)):EUR",
            "#conversion@\(at(2)):lead-o1-2:o1:90000000::EUR",
            "#conversion@\(at(3)):lead-o2-3:o2:30000000::EUR:cancelled@\(at(30))",
            "!2000000@\(at(-5)):EUR", "!84000000@\(at(20)):EUR+", "!7250000@\(at(40)):EUR",
            "!3000000@\(at(60)):USD",
        ]
        #expect(lines[1].contains(parts.joined(separator: " ")), "\(lines)")
        #expect(lines[0].hasSuffix("0|0 !0@\(at(50)):"), "\(lines)")
        func net(_ minutes: Int64) async throws -> AttributionV1.ModelRun {
            try await attribution.run("linear") { request in
                request.journeys = Self.selection(asOf: minutes)
                request.journeys?.kinds = ["purchase"]
                request.replicates = 0
            }
        }
        #expect(try await net(9).value == 20)
        #expect(try await net(9).report?.unmatchedRefunds.map(\.value) == ["2"])
        #expect(try await net(10).value == 15)
        let all = try await net(60)
        #expect(all.value == 0 && all.conversions == 1)
        let refunds = try #require(all.report).unmatchedRefunds
        #expect(
            refunds.map { "\($0.currency) \($0.refunds) \($0.value) \($0.problem.rawValue)" }
                == [" 1  1", "EUR 2 9.25 1", "EUR 1 84 2", "USD 1 3 1"]
        )
        await attribution.stop()
    }

    @Test("that meet no order do so as soon as it comes, and no more once it goes")
    func late() async throws {
        let attribution = try await ServedAttribution()
        func unmatched() async throws -> Int {
            try await attribution.build()
            return try await attribution.stored().count { $0.contains("!") }
        }
        try await attribution.write([Self.refund("o1", "5", after: 10)])
        #expect(try await unmatched() == 1)
        try await attribution.write([
            ServedAttribution.order("o1", "20", after: 5) { $0.anonymousID = "other" }
        ])
        #expect(try await unmatched() == 0)
        try await attribution.delete { $0.eventIDs = ["Order-Completed-o1-5"] }
        #expect(try await unmatched() == 1)
        await attribution.stop()
    }

    @Test("of an order of which each event counts pay back the earliest first")
    func parts() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.write([
            ServedAttribution.order("o1", "20", after: 1),
            ServedAttribution.order("o1", "10", after: 2, name: "second"),
            Self.refund("o1", "25", after: 3), Self.refund("o1", "", after: 4),
        ])
        // As a definition has it that counts each event.
        try await attribution.rows(
            """
            insert into conversions (key, definitions, kind, effect, by_order, value, currency,
                order_id)
            select key, 1, 'purchase', 1, false, value, currency, order_id from events
            where name = 'second';
            update conversions set by_order = false
            """
        )
        try await attribution.build()
        #expect(
            try await attribution.stored()[0].contains(
                ":20000000:20000000@1772366580000000:EUR "
            )
        )
        #expect(
            try await attribution.stored()[0].hasSuffix(
                ":10000000:5000000@1772366580000000+5000000@1772366640000000:EUR"
            )
        )
        await attribution.stop()
    }

    @Test("in another currency pay back by rates, and those and what is over are told")
    func foreign() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.write([
            ServedAttribution.event("c1") {
                $0.kind = .click
                $0.visit = ServedAttribution.visit("google", "cpc")
            },
            ServedAttribution.order("o1", "20", after: 1),
            Self.refund("o1", "10", after: 2) { $0.currency = "USD" },
            Self.refund("o1", "12.5", after: 3), Self.refund("o1", "9", after: 4),
        ])
        #expect(try await attribution.build().unmatchedRefunds == 1)
        func net() async throws -> (value: Double, told: [String]) {
            let run = try await attribution.run("linear") { request in
                request.journeys = Self.selection()
                request.replicates = 0
            }
            let refunds = try #require(run.report).unmatchedRefunds
            return (
                run.value,
                refunds.map { "\($0.currency) \($0.refunds) \($0.value) \($0.problem.rawValue)" }
            )
        }
        // 12.5 and what is left of 20 when 9 are asked for: nothing for dollars without a rate.
        var found = try await net()
        #expect(found.value == 0)
        #expect(found.told == ["EUR 1 1.5 2", "USD 1 10 4"])
        try await attribution.delete { $0.eventIDs = ["refund-o1-4"] }
        #expect(try await attribution.build().unmatchedRefunds == 0)
        found = try await net()
        #expect(found.value == 7.5 && found.told == ["USD 1 10 4"])
        var rate = IngestV1.ExchangeRateRow()
        (rate.date, rate.base, rate.quote, rate.rate) = ("2026-02-28", "USD", "EUR", "0.5")
        var rates = IngestV1.WriteExchangeRatesRequest()
        rates.rows = [rate]
        _ = try await attribution.series.writeExchangeRates(rates)
        found = try await net()
        #expect(found.value == 2.5 && found.told == [])
        rate.rate = "0.9"
        rates.rows = [rate]
        _ = try await attribution.series.writeExchangeRates(rates)
        found = try await net()
        #expect(found.value == 0 && found.told == ["EUR 1 1.5 2"])
        try await Self.told(by: attribution)
        await attribution.stop()
    }

    /// What is told of the person whose order was paid back in dollars too.
    private static func told(by attribution: ServedAttribution) async throws {
        try await attribution.write([refund("o9", "7", after: 6)])
        try await attribution.build()
        var request = AttributionV1.GetTimelineRequest()
        (request.id, request.journeys) = ("a:visitor", selection())
        let person = try await attribution.journeys.getTimeline(request).message.value()
        let conversion = try #require(person.journeys.first?.conversion)
        #expect(
            conversion.refunds.map { "\($0.value) \($0.currency)" } == ["10 USD", "12.5 EUR"]
        )
        #expect(conversion.refunded == "12.5")
        #expect(person.journeys.first?.credits.first?.values == [])
        #expect(
            person.unmatchedRefunds.map { "\($0.value) \($0.currency) \($0.problem.rawValue)" }
                == ["7 EUR 1"]
        )
    }
}
