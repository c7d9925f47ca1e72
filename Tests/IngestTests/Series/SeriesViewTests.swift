import Contracts
import Messages
import RPC
import Schema
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@Suite("The views of series", .timeLimit(.minutes(5)))
struct SeriesViewTests {
    private static let cross = """
        select day, platform, cost, impressions, clicks, conversions, revenue, currency,
            unconverted_cost_rows, unconverted_revenue_rows, stale_rate_rows
        from ingest_v1_cross_platform_kpi_daily
        """
    private static let blended = """
        select day, kpi, counted_by, value, value_is_money, cost, impressions, clicks, currency,
            unconverted_cost_rows, unconverted_value_rows
        from ingest_v1_blended_paid_kpi_daily
        """

    @Test("say what is reckoned row by row, in all currencies", arguments: [UInt64](1...3))
    func oracle(seed: UInt64) async throws {
        let ingest = try await ServedIngest()
        var random = SeededGenerator(seed: seed)
        var oracle = ViewOracle(reporting: "EUR")
        let rows = Self.rows(&oracle, &random)
        #expect(try await ingest.write(rows.spend).accepted == Int64(rows.spend.count))
        #expect(try await ingest.write(rows.kpi).accepted == Int64(rows.kpi.count))
        #expect(try await ingest.write(rows.rates).accepted == Int64(rows.rates.count))
        let cross = try await ingest.lines(Self.cross)
        #expect(Set(cross).subtracting(oracle.crossPlatform) == [])
        #expect(oracle.crossPlatform.subtracting(cross) == [])
        #expect(cross.count == oracle.crossPlatform.count && cross.count > 50)
        let blended = try await ingest.lines(Self.blended)
        #expect(Set(blended).subtracting(oracle.blended) == [])
        #expect(oracle.blended.subtracting(blended) == [])
        #expect(blended.count == oracle.blended.count && blended.count > 50)
        // Rates of all ages, and none, were among them.
        let kinds = Set(cross.map { $0.split(separator: "|").suffix(3).map { $0 != "0" } })
        #expect(kinds.count > 3)
        await ingest.stop()
    }

    /// Rows of forty days, the same for the service and for the oracle.
    private static func rows(
        _ oracle: inout ViewOracle,
        _ random: inout SeededGenerator
    ) -> (
        spend: [IngestV1.SpendRow], kpi: [IngestV1.KpiRow], rates: [IngestV1.ExchangeRateRow]
    ) {
        let currencies = ["EUR", "EUR", "USD", "USD", "GBP", "CHF", "JPY"]
        for day in 1...40 {
            for (platform, geo) in [
                ("google_ads", "A"), ("google_ads", "B"), ("meta", "A"), ("impact", ""),
            ] where Int.random(in: 0..<4, using: &random) > 0 {
                let isCounted = Bool.random(using: &random)
                oracle.spend.append(
                    ViewOracle.Spend(
                        day: day,
                        platform: platform,
                        currency: currencies.randomElement(using: &random) ?? "EUR",
                        amount: Int128(Int64.random(in: 0..<9_000_000_000_000, using: &random)),
                        impressions: isCounted ? Int64.random(in: 0..<9_999, using: &random) : nil,
                        clicks: geo == "A" ? Int64.random(in: 0..<99, using: &random) : nil
                    )
                )
            }
            for source in ["", "ga4", "google_ads"] {
                for name in ["conversions", "revenue", "enrollments"]
                where Int.random(in: 0..<3, using: &random) > 0 {
                    oracle.kpi.append(
                        ViewOracle.Kpi(
                            day: day,
                            name: name,
                            source: source,
                            currency: name == "revenue"
                                ? currencies.randomElement(using: &random) ?? "EUR" : "",
                            amount: Int128(
                                Int64.random(in: -9_000_000..<90_000_000_000, using: &random)
                            )
                        )
                    )
                }
            }
            for (base, quote, days) in [
                // Some days have both ways round; the francs have rates in January's first days.
                ("USD", "EUR", 3), ("EUR", "USD", 4), ("EUR", "GBP", 9), ("CHF", "EUR", 2),
                ("USD", "JPY", 2),
            ] where base != "CHF" || day < 4 {
                guard Int.random(in: 0..<days, using: &random) == 0 else { continue }
                let rate = Int64.random(in: 500_000_000_000..<1_800_000_000_000, using: &random)
                oracle.rates.append(
                    ViewOracle.Rate(day: day, base: base, quote: quote, rate: Int128(rate))
                )
            }
        }
        return messages(of: oracle)
    }

    private static func messages(
        of oracle: ViewOracle
    ) -> (
        spend: [IngestV1.SpendRow], kpi: [IngestV1.KpiRow], rates: [IngestV1.ExchangeRateRow]
    ) {
        let spend = oracle.spend.enumerated().map { index, spend in
            IngestV1.SpendRow.row(ViewOracle.date(spend.day), ViewOracle.text(spend.amount)) {
                ($0.platform, $0.currency) = (spend.platform, spend.currency)
                ($0.impressions, $0.clicks) = (spend.impressions, spend.clicks)
                $0.campaign = "\(index)"
            }
        }
        let kpi = oracle.kpi.enumerated().map { index, kpi in
            IngestV1.KpiRow.row(ViewOracle.date(kpi.day), kpi.name, ViewOracle.text(kpi.amount)) {
                ($0.source, $0.currency, $0.geo) = (kpi.source, kpi.currency, "\(index)")
            }
        }
        let rates = oracle.rates.map { rate in
            let digits = "\(rate.rate % 1_000_000_000_000)"
            let zeros = String(repeating: "0", count: 12 - digits.count)
            return IngestV1.ExchangeRateRow.row(
                ViewOracle.date(rate.day),
                rate.base,
                rate.quote,
                "\(rate.rate / 1_000_000_000_000).\(zeros)\(digits)"
            )
        }
        return (spend, kpi, rates)
    }

    @Test("follow the tenant's currency from the next write on, and say so")
    func reportingCurrency() async throws {
        let ingest = try await ServedIngest()
        let row = IngestV1.SpendRow.row("2026-01-01", "100")
        try await ingest.write([row])
        try await ingest.write([.row("2026-01-01", "USD", "EUR", "0.8")])
        #expect(
            try await ingest.lines(Self.cross)
                == ["2026-01-01|google_ads|100.000000|||||EUR|0|0|0"]
        )
        let settings = try #require(
            TenantSettings(
                timeZone: "UTC",
                currency: "USD",
                weekStart: .monday,
                attributionDays: 30,
                retentionDays: 365
            )
        )
        let served = ingest.served
        try await served.fixture.administration.setSettings(
            of: served.members[0].id,
            settings,
            replacing: 1
        )
        try await served.database.directory.refresh()
        try await ingest.write([row])
        #expect(
            try await ingest.lines(Self.cross)
                == ["2026-01-01|google_ads|125.000000|||||USD|0|0|0"]
        )
        #expect(
            try await ingest.lines(
                "select row_count, days from series_commits where kind = 'reporting_currency'"
            ) == ["1|{}"]
        )
        await ingest.stop()
    }
}
