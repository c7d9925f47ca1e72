import Contracts
import Messages
import RPC
import TestTenants
import Testing
import Wire

/// From events to what channels bring and cost, with numbers that can be checked by hand.
@Suite("Events that become credit", .timeLimit(.minutes(10)))
struct EventsToCreditTests {
    private static func click(
        _ visitor: String,
        after minutes: Int64,
        _ source: String,
        _ medium: String
    ) -> IngestV1.Event {
        ServedAttribution.event("\(visitor) \(minutes)", after: minutes) {
            $0.kind = .click
            $0.anonymousID = visitor
            $0.visit = ServedAttribution.visit(source, medium, "spring")
        }
    }

    /// Two who buy after clicks, one who does not buy, two who buy in other currencies, and one who
    /// buys without a click.
    private static let events = [
        click("anna", after: 0, "google", "cpc"), click("anna", after: 60, "news", "email"),
        ServedAttribution.order("o1", "100", after: 90) { $0.anonymousID = "anna" },
        click("bert", after: 10, "google", "cpc"),
        ServedAttribution.order("o2", "50", after: 20) { $0.anonymousID = "bert" },
        ServedAttribution.order("o2", "20", after: 30, name: "Order Refunded") {
            $0.anonymousID = "bert"
        },
        // Whatever was paid back, it is not all of the order.
        ServedAttribution.order("o1", "", after: 95, name: "Order Refunded") {
            $0.anonymousID = "anna"
            $0.properties = #"{"revenue": -20, "currency": "EUR"}"#
        },
        click("carl", after: 5, "facebook", "paid"),
        // A rate of the day before holds; nobody knows what the other is worth.
        click("emil", after: 1_440, "news", "email"),
        ServedAttribution.order("o4", "20", after: 1_450) {
            ($0.anonymousID, $0.currency) = ("emil", "USD")
        },
        click("fred", after: 1_440, "news", "email"),
        ServedAttribution.order("o5", "1000", after: 1_450) {
            ($0.anonymousID, $0.currency) = ("fred", "JPY")
        },
        ServedAttribution.order("o3", "70", after: 40) { $0.anonymousID = "dora" },
    ]

    private static func spend(
        _ date: String,
        _ channel: String,
        _ amount: String,
        _ currency: String = "EUR"
    ) -> IngestV1.SpendRow {
        var row = IngestV1.SpendRow()
        (row.date, row.channel, row.spend, row.currency) = (date, channel, amount, currency)
        row.platform = currency
        row.campaign = channel == "paid_search" ? "spring" : ""
        return row
    }

    private func write(_ spend: [IngestV1.SpendRow], to attribution: ServedAttribution) async throws
    {
        var request = IngestV1.WriteSpendRequest()
        request.rows = spend
        let answer = try await attribution.series.writeSpend(request).message.value()
        #expect(answer.accepted == spend.count, "\(answer)")
        var rate = IngestV1.ExchangeRateRow()
        (rate.date, rate.base, rate.quote, rate.rate) = ("2026-03-01", "USD", "EUR", "0.9")
        var rates = IngestV1.WriteExchangeRatesRequest()
        rates.rows = [rate]
        _ = try await attribution.series.writeExchangeRates(rates)
    }

    private func run(
        _ attribution: ServedAttribution,
        _ change: (inout AttributionV1.JourneySelection) -> Void = { _ in }
    ) async throws -> AttributionV1.ModelRun {
        var selection = AttributionV1.JourneySelection()
        selection.fromTime = time(1_772_323_200)
        selection.toTime = time(1_772_323_200 + 60 * 86_400)
        selection.asOf = time(1_772_323_200 + 50 * 86_400)
        change(&selection)
        return try await attribution.run("linear") {
            $0.journeys = selection
            $0.replicates = 0
        }
    }

    private func time(_ seconds: Int64) -> GoogleProtobuf.Timestamp {
        var time = GoogleProtobuf.Timestamp()
        time.seconds = seconds
        return time
    }

    /// Channel, conversions, value, cost, and its two ratios, rounded.
    private func lines(_ run: AttributionV1.ModelRun) throws -> [String] {
        try #require(run.models.first).channels.map { channel in
            ([channel.conversions, channel.value] as [Double?]
                + [channel.cost, channel.returnOnSpend, channel.costPerConversion])
                .reduce(channel.channel) { line, number in
                    line + " " + (number.map { "\(($0 * 1000).rounded() / 1000)" } ?? "-")
                }
        }
    }

    @Test("share what was paid among clicks, beside what those cost")
    func credit() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.write(Self.events)
        try await attribution.build()
        try await write(
            [
                Self.spend("2026-03-01", "paid_search", "40"),
                Self.spend("2026-03-02", "paid_social", "10", "USD"),
                Self.spend("2026-03-01", "display", "5"),
                Self.spend("2026-03-01", "display", "7", "JPY"),
                // After what is known, and after the range.
                Self.spend("2026-04-25", "paid_search", "500"),
                Self.spend("2026-05-20", "paid_search", "1000"),
            ],
            to: attribution
        )
        let gross = try await run(attribution)
        #expect(
            try lines(gross) == [
                "email 2.5 68.0 - - -", "paid_search 1.5 100.0 40.0 2.5 26.667",
                "paid_social 0.0 0.0 9.0 0.0 -",
            ]
        )
        let report = try #require(gross.report)
        #expect(report.currentTime != nil && !report.isBehind)
        #expect(report.unattributed == 1 && report.unattributedValue == 70)
        #expect(gross.nulls == 1 && gross.conversions == 4 && report.open == 0)
        #expect(report.unconverted.map { "\($0.currency) \($0.conversions)" } == ["JPY 1"])
        #expect(report.unmatchedCosts.map { "\($0.channel) \($0.cost)" } == ["display 5.0"])
        #expect(gross.notes.contains { $0.hasPrefix("1 rows of spend are left out") }, "\(gross)")
        let net = try await run(attribution) { $0.valueMode = .net }
        #expect(net.value == 148)
        #expect(try lines(net).contains("paid_search 1.5 80.0 40.0 2.0 26.667"))
        let campaigns = try await run(attribution) { $0.grain = .campaign }
        #expect(try lines(campaigns) == ["spring 4.0 168.0 40.0 4.2 10.0"])
        let sources = try await run(attribution) { $0.grain = .sourceMedium }
        #expect(try lines(sources).first == "news / email 2.5 68.0 - - -")
        await attribution.stop()
    }
}
