import Contracts
import Messages
import RPC
import TestTenants
import Testing
import Wire

@Suite("What is read of series", .timeLimit(.minutes(5)))
struct SeriesReadTests {
    private func spend(
        _ ingest: ServedIngest,
        _ change: (inout IngestV1.ListSpendRequest) -> Void = { _ in }
    ) async throws -> [String] {
        var request = IngestV1.ListSpendRequest()
        change(&request)
        return try await ingest.series.listSpend(request).message.value().sums.map {
            "\($0.date) \($0.group) \($0.spend) \($0.currency) \($0.impressions) \($0.clicks)"
        }
    }

    private func fill(_ ingest: ServedIngest) async throws {
        try await ingest.write([
            .row("2026-01-01", "1") { ($0.geo, $0.clicks) = ("US-CA", 5) },
            .row("2026-01-01", "2") { ($0.geo, $0.impressions) = ("US-NY", 7) },
            .row("2026-01-01", "4") { $0.currency = "USD" },
            .row("2026-01-02", "8") { ($0.platform, $0.channel) = ("meta", "paid_social") },
            .row("2026-01-05", "16") { ($0.platform, $0.campaign) = ("meta", "") },
        ])
    }

    @Test("are sums of spend by day, dimension and currency")
    func spend() async throws {
        let ingest = try await ServedIngest()
        #expect(try await spend(ingest) == [])
        try await fill(ingest)
        #expect(
            try await spend(ingest) == [
                "2026-01-01  3.000000 EUR 7 5", "2026-01-01  4.000000 USD 0 0",
                "2026-01-02  8.000000 EUR 0 0", "2026-01-05  16.000000 EUR 0 0",
            ]
        )
        #expect(
            try await spend(ingest) { $0.dimension = .channel } == [
                "2026-01-01  3.000000 EUR 7 5", "2026-01-01  4.000000 USD 0 0",
                "2026-01-02 paid_social 8.000000 EUR 0 0", "2026-01-05  16.000000 EUR 0 0",
            ]
        )
        #expect(
            try await spend(ingest) { ($0.dimension, $0.platform) = (.geo, "google_ads") } == [
                "2026-01-01  4.000000 USD 0 0", "2026-01-01 US-CA 1.000000 EUR 0 5",
                "2026-01-01 US-NY 2.000000 EUR 7 0",
            ]
        )
        #expect(
            try await spend(ingest) { ($0.dimension, $0.fromDate) = (.platform, "2026-01-02") }
                == ["2026-01-02 meta 8.000000 EUR 0 0", "2026-01-05 meta 16.000000 EUR 0 0"]
        )
        #expect(
            try await spend(ingest) {
                ($0.dimension, $0.toDate, $0.campaign) = (.campaign, "2026-01-01", "brand")
                $0.geo = "US-NY"
            } == ["2026-01-01 brand 2.000000 EUR 7 0"]
        )
        #expect(
            try await spend(ingest) { $0.channel = "paid_social" }
                == ["2026-01-02  8.000000 EUR 0 0"]
        )
        await ingest.stop()
    }

    @Test("come in pages that join to the whole")
    func pages() async throws {
        let ingest = try await ServedIngest()
        try await fill(ingest)
        let whole = try await ingest.series.listSpend(.init()).message.value().sums
        var request = IngestV1.ListSpendRequest()
        request.pageSize = 1
        var sums: [IngestV1.ListSpendResponse.Sum] = []
        repeat {
            let page = try await ingest.series.listSpend(request).message.value()
            #expect(page.sums.count == 1)
            sums += page.sums
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        #expect(sums == whole && sums.count == 4)
        request.pageToken = "x"
        let foreign = await #expect(throws: RPCError.self) {
            try await ingest.series.listSpend(request)
        }
        #expect(foreign?.code == .invalidArgument)
        await ingest.stop()
    }

    @Test("are sums of KPIs by day, name, dimension and currency")
    func kpi() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([
            IngestV1.KpiRow.row("2026-01-01", "revenue", "10") { $0.currency = "EUR" },
            .row("2026-01-01", "revenue", "-2.5") { ($0.currency, $0.source) = ("EUR", "ga4") },
            .row("2026-01-01", "revenue", "1") { $0.currency = "USD" },
            .row("2026-01-01", "orders", "3") { $0.geo = "DE" },
            .row("2026-01-02", "orders", "4"),
        ])
        func kpi(_ change: (inout IngestV1.ListKpiRequest) -> Void) async throws -> [String] {
            var request = IngestV1.ListKpiRequest()
            change(&request)
            return try await ingest.series.listKpi(request).message.value().sums.map {
                "\($0.date) \($0.name) \($0.group) \($0.value) \($0.currency) \($0.rows)"
            }
        }
        #expect(
            try await kpi { _ in } == [
                "2026-01-01 orders  3.000000  1", "2026-01-01 revenue  7.500000 EUR 2",
                "2026-01-01 revenue  1.000000 USD 1", "2026-01-02 orders  4.000000  1",
            ]
        )
        #expect(
            try await kpi { ($0.dimension, $0.name) = (.source, "revenue") } == [
                "2026-01-01 revenue  10.000000 EUR 1", "2026-01-01 revenue  1.000000 USD 1",
                "2026-01-01 revenue ga4 -2.500000 EUR 1",
            ]
        )
        #expect(
            try await kpi { ($0.dimension, $0.geo) = (.geo, "DE") }
                == ["2026-01-01 orders DE 3.000000  1"]
        )
        #expect(try await kpi { ($0.source, $0.toDate) = ("ga4", "2025-12-31") } == [])
        await ingest.stop()
    }

    @Test("say which series there are, what they lack, and what cannot be converted")
    func described() async throws {
        let ingest = try await ServedIngest()
        let empty = try await ingest.series.describeSeries(.init()).message.value()
        #expect(empty == IngestV1.DescribeSeriesResponse())
        try await fill(ingest)
        try await ingest.write([
            .row("2026-01-05", "17") { ($0.platform, $0.campaign) = ("meta", "") }
        ])
        try await ingest.write([
            IngestV1.KpiRow.row("2026-02-01", "revenue", "1") { $0.currency = "GBP" }
        ])
        try await ingest.write([IngestV1.CovariateRow.row("2026-02-01", "rain", 1)])
        try await ingest.write([IngestV1.MarginRow.row("2026-02-01", "", "0.5")])
        // Eight days before a rate of dollars is too old.
        try await ingest.write([
            IngestV1.ExchangeRateRow.row("2025-12-24", "USD", "EUR", "0.9")
        ])
        let all = try await ingest.series.describeSeries(.init()).message.value()
        #expect(
            all.series.map { "\($0.kind) \($0.name) \($0.rows) \($0.days) \($0.missingDays)" } == [
                "covariate rain 1 1 0", "exchange_rate USD/EUR 1 1 0", "kpi revenue 1 1 0",
                "margin  1 1 0", "spend google_ads 3 1 0", "spend meta 2 2 2",
            ]
        )
        let meta = try #require(all.series.last)
        #expect(meta.firstDate == "2026-01-02" && meta.lastDate == "2026-01-05")
        #expect(
            meta.gaps.map { "\($0.firstDate) \($0.lastDate) \($0.days)" } == [
                "2026-01-03 2026-01-04 2"
            ]
        )
        #expect(meta.correctedRows == 1 && meta.currencies == ["EUR"] && meta.geos == [""])
        #expect(all.series[4].currencies == ["EUR", "USD"])
        #expect(all.series[4].geos == ["", "US-CA", "US-NY"] && all.series[4].geoCount == 3)
        #expect(all.reportingCurrency == "EUR")
        #expect(
            all.missingRates.map { "\($0.kind) \($0.currency) \($0.firstDate) \($0.rows)" }
                == ["kpi GBP 2026-02-01 1", "spend USD 2026-01-01 1"]
        )
        try await ingest.write([
            IngestV1.ExchangeRateRow.row("2025-12-25", "EUR", "USD", "1.1")
        ])
        var request = IngestV1.DescribeSeriesRequest()
        request.kind = "spend"
        let spend = try await ingest.series.describeSeries(request).message.value()
        #expect(spend.series.count == 2 && spend.missingRates == [])
        request.kind = "event"
        let unknown = await #expect(throws: RPCError.self) {
            try await ingest.series.describeSeries(request)
        }
        #expect(unknown?.code == .invalidArgument)
        await ingest.stop()
    }

    @Test("are not asked for by days that there are not, or in the wrong order")
    func faults() async throws {
        let ingest = try await ServedIngest()
        for (fields, from, to) in [
            (["from_date"], "2026-02-30", ""), (["to_date"], "", "x"),
            (["to_date"], "2026-01-02", "2026-01-01"),
        ] {
            let spend = await #expect(throws: RPCError.self) {
                try await self.spend(ingest) { ($0.fromDate, $0.toDate) = (from, to) }
            }
            #expect(spend?.explanation.violations.map(\.field) == fields)
            var request = IngestV1.ListKpiRequest()
            (request.fromDate, request.toDate) = (from, to)
            let kpi = await #expect(throws: RPCError.self) {
                try await ingest.series.listKpi(request)
            }
            #expect(kpi?.explanation.violations.map(\.field) == fields)
        }
        let dimension = await #expect(throws: RPCError.self) {
            try await self.spend(ingest) { $0.dimension = .init(rawValue: 9) }
        }
        #expect(dimension?.explanation.violations.map(\.field) == ["dimension"])
        await ingest.stop()
    }
}
