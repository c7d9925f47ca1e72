import Contracts
import Messages
import RPC
import Telemetry
import TestTenants
import Testing
import Wire

@Suite("Rows of series", .timeLimit(.minutes(5)))
struct SeriesWriteTests {
    @Test("are new, say nothing new, or correct what is stored")
    func fates() async throws {
        let ingest = try await ServedIngest()
        let first = try await ingest.write([.row("2026-01-31", "12.5")])
        #expect(first.signs == ["+"] && first.accepted == 1 && first.commitID > 0)
        // Equal amounts are the same however they are written.
        let again = try await ingest.write([.row("2026-01-31", "+012.500000")])
        #expect(again.signs == ["="] && again.duplicate == 1 && again.commitID == 0)
        let other = try await ingest.write([.row("2026-01-31", "13")])
        #expect(other.signs == ["~"] && other.corrected == 1 && other.commitID > first.commitID)
        let counts = try await ingest.write([.row("2026-01-31", "13") { $0.clicks = 0 }])
        #expect(counts.signs == ["~"])
        let stored = try await ingest.lines(
            "select day, spend, clicks, revision, previous_spend from spend"
        )
        #expect(stored == ["2026-01-31|13.000000|0|3|13.000000"])
        await ingest.stop()
    }

    @Test("of spend have what the platform claims, which is no KPI")
    func claims() async throws {
        let ingest = try await ServedIngest()
        func write(_ conversions: String, _ value: String) async throws -> [String] {
            try await ingest.write([
                .row("2026-01-31", "1") {
                    ($0.conversions, $0.conversionValue) = (conversions, value)
                }
            ]).signs
        }
        #expect(try await write("2.5", "-3") == ["+"])
        #expect(try await write("2.50", "-3.0") == ["="])
        #expect(try await write("2.5", "") == ["~"])
        #expect(try await write("-1", "1") == ["negative conversions"])
        #expect(try await write("1", "many") == ["malformed conversion_value"])
        #expect(
            try await ingest.lines(
                "select spend, conversions, conversion_value from ingest_v1_spend"
            ) == ["1.000000|2.500000|"]
        )
        #expect(
            try await ingest.lines(
                "select conversions from ingest_v1_cross_platform_kpi_daily"
            ) == []
        )
        #expect(try await ingest.lines("select count(*) from kpi") == ["0"])
        await ingest.stop()
    }

    @Test("of one key count in the order in which they came")
    func order() async throws {
        let ingest = try await ServedIngest()
        let response = try await ingest.write([
            .row("2026-02-01", "1"), .row("2026-02-02", "5"), .row("2026-02-01", "2"),
            .row("2026-02-01", "2"), .row("2026-02-01", "1"),
        ])
        #expect(response.signs == ["+", "+", "~", "=", "~"])
        let second = try await ingest.write([.row("2026-02-01", "1"), .row("2026-02-01", "9")])
        #expect(second.signs == ["=", "~"])
        let stored = try await ingest.lines(
            "select spend, revision, previous_spend from spend order by day"
        )
        #expect(stored == ["9.000000|4|1.000000", "5.000000|1|"])
        await ingest.stop()
    }

    @Test("that come together are stored as rows that come one by one")
    func together() async throws {
        let ingest = try await ServedIngest()
        var chance = SystemRandomNumberGenerator()
        for round in 0..<20 {
            let day = "2026-03-\(10 + round)"
            let amounts = (0..<6).map { _ in "\(UInt8.random(in: 1...3, using: &chance))" }
            var signs: [String] = []
            for amount in amounts {
                let row = IngestV1.SpendRow.row(day, amount) { $0.campaign = "alone" }
                signs += try await ingest.write([row]).signs
            }
            let response = try await ingest.write(
                amounts.map { .row(day, $0) { $0.campaign = "together" } }
            )
            #expect(response.signs == signs, "\(amounts)")
        }
        let differ = try await ingest.lines(
            """
            select day from spend group by day
            having count(distinct (spend, revision, previous_spend)) > 1
            """
        )
        #expect(differ == [])
        await ingest.stop()
    }

    @Test("have a key of all that tells them from others")
    func keys() async throws {
        let ingest = try await ServedIngest()
        let changes: [(inout IngestV1.SpendRow) -> Void] = [
            { _ in }, { $0.date = "2026-02-02" }, { $0.platform = "meta" }, { $0.account = "a" },
            { $0.campaign = "a" }, { $0.adGroup = "a" }, { $0.column = "a" },
            { $0.channel = "paid_search" }, { $0.geo = "US-CA" }, { $0.currency = "USD" },
            // The same texts in other fields.
            { ($0.campaign, $0.adGroup) = ("", "brand") },
        ]
        let rows = changes.map { IngestV1.SpendRow.row("2026-02-01", "1", $0) }
        let response = try await ingest.write(rows)
        #expect(response.signs == Array(repeating: "+", count: rows.count))
        // White space around a text is none of it.
        let blank = try await ingest.write([
            .row("2026-02-01", "1") { $0.platform = " google_ads\u{00A0}" }
        ])
        #expect(blank.signs == ["="])
        await ingest.stop()
    }

    @Test("of all kinds are written, corrected and told apart")
    func kinds() async throws {
        let ingest = try await ServedIngest()
        let day = "2026-03-01"
        for round in ["+", "="] {
            let kpi = try await ingest.write([
                IngestV1.KpiRow.row(day, "revenue", "-99.99") { $0.currency = "EUR" },
                .row(day, "orders", "3") {
                    ($0.valuePerUnit, $0.valueCurrency, $0.population) = ("20", "USD", 1_000)
                },
                .row(day, "orders", "3") { $0.source = "ga4" },
            ])
            #expect(kpi.signs == [round, round, round])
            let covariates = try await ingest.write([
                IngestV1.CovariateRow.row(day, "temperature", -0.0),
                .row(day, "price", 1.5),
            ])
            #expect(covariates.signs == [round, round])
            let rates = try await ingest.write([
                IngestV1.ExchangeRateRow.row(day, "USD", "EUR", "0.923456789012")
            ])
            #expect(rates.signs == [round])
            let margins = try await ingest.write([
                IngestV1.MarginRow.row(day, "", "0.35"), .row(day, "shoes", "-1"),
            ])
            #expect(margins.signs == [round, round])
        }
        #expect(try await ingest.write([.row(day, "temperature", 0)]).signs == ["="])
        #expect(try await ingest.write([.row(day, "temperature", 1)]).signs == ["~"])
        #expect(try await ingest.write([.row(day, "", "0.4")]).signs == ["~"])
        #expect(try await ingest.write([.row(day, "USD", "EUR", "0.9")]).signs == ["~"])
        #expect(try await ingest.write([IngestV1.KpiRow.row(day, "orders", "4")]).signs == ["~"])
        let commits = try await ingest.lines(
            "select kind, row_count, days from series_commits order by commit_id"
        )
        #expect(
            commits == [
                "kpi|3|{2026-03-01}", "covariate|2|{2026-03-01}", "exchange_rate|1|{2026-03-01}",
                "margin|2|{2026-03-01}", "covariate|1|{2026-03-01}", "margin|1|{2026-03-01}",
                "exchange_rate|1|{2026-03-01}", "kpi|1|{2026-03-01}",
            ]
        )
        await ingest.stop()
    }

    @Test("of all kinds count each change of one key, also one back to what was stored")
    func changes() async throws {
        let ingest = try await ServedIngest()
        let day = "2026-03-01"
        let amounts = ["0.1", "0.2", "0.1", "0.3"]
        let signs = [
            try await ingest.write(amounts.map { IngestV1.SpendRow.row(day, $0) }).signs,
            try await ingest.write(amounts.map { IngestV1.KpiRow.row(day, "orders", $0) }).signs,
            try await ingest.write(
                [0.1, 0.2, 0.1, 0.3].map { IngestV1.CovariateRow.row(day, "price", $0) }
            ).signs,
            try await ingest.write(
                amounts.map { IngestV1.ExchangeRateRow.row(day, "USD", "EUR", $0) }
            ).signs,
            try await ingest.write(amounts.map { IngestV1.MarginRow.row(day, "", $0) }).signs,
        ]
        for signs in signs { #expect(signs == ["+", "~", "~", "~"]) }
        let stored = try await ingest.lines(
            """
            select spend::float, revision, previous_spend::float from spend
            union all select value, revision, previous_value from kpi
            union all select value, revision, previous_value from covariates
            union all select rate, revision, previous_rate from exchange_rates
            union all select margin, revision, previous_margin from margins
            """
        )
        #expect(stored == Array(repeating: "0.3|4|0.1", count: 5))
        await ingest.stop()
    }

    @Test("that are wrong fail none beside them, and are kept whole")
    func faults() async throws {
        let ingest = try await ServedIngest()
        let long = String(repeating: "x", count: 201)
        let cases: [(String, (inout IngestV1.SpendRow) -> Void)] = [
            ("missing date", { $0.date = "" }), ("malformed date", { $0.date = "31.01.2026" }),
            ("malformed date", { $0.date = "2026-02-30" }),
            ("malformed date", { $0.date = "2026-2-3 " }),
            ("out_of_range date", { $0.date = "1989-12-31" }),
            ("out_of_range date", { $0.date = "2999-01-01" }),
            ("missing platform", { ($0.platform, $0.campaign) = ("", "brand") }),
            ("too_long platform", { $0.platform = long }),
            ("too_long geo", { $0.geo = String(repeating: "x", count: 65) }),
            ("control_character campaign", { $0.campaign = "a\u{0}b" }),
            ("unknown_channel channel", { $0.channel = "no_such" }),
            ("unknown_channel channel", { $0.channel = "Not A Slug" }),
            ("missing currency", { $0.currency = "" }),
            ("unknown_currency currency", { $0.currency = "eur" }),
            ("unknown_currency currency", { $0.currency = "XYZ" }),
            ("missing spend", { $0.spend = "" }), ("negative spend", { $0.spend = "-0.01" }),
            ("not_finite spend", { $0.spend = "NaN" }),
            ("not_finite spend", { $0.spend = "-Infinity" }),
            ("malformed spend", { $0.spend = "1,5" }), ("malformed spend", { $0.spend = "1e3" }),
            ("too_precise spend", { $0.spend = "0.0000001" }),
            ("out_of_range spend", { $0.spend = "1000000000000" }),
            ("negative impressions", { $0.impressions = -1 }),
            ("negative clicks", { $0.clicks = -1 }),
        ]
        let good = IngestV1.SpendRow.row("2026-01-31", "1")
        var rows = [good]
        for (index, item) in cases.enumerated() {
            rows.append(.row("2026-01-31", "1", item.1))
            rows.append(.row("2026-01-31", "1") { $0.account = "\(index)" })
        }
        let response = try await ingest.write(rows, from: "a file")
        #expect(response.signs == ["+"] + cases.flatMap { [$0.0, "+"] })
        #expect(response.rejected == Int64(cases.count) && response.batch.count == 36)
        let numbers = response.fates.map(\.rejectedNumber).filter { $0 != 0 }
        #expect(numbers.count == cases.count && numbers == numbers.sorted())
        #expect(Set(numbers).count == numbers.count)
        var request = IngestV1.ListRejectedRowsRequest()
        request.pageSize = 100
        let kept = try await ingest.rejected.listRejectedRows(request).message.value().rows
        for (index, row) in kept.reversed().enumerated() {
            #expect("\(row.reason) \(row.field)" == cases[index].0)
            #expect(row.row == Int64(1 + 2 * index) && row.source == "a file")
            #expect(row.batch == response.batch && row.kind == "spend" && row.state == .waiting)
            #expect(row.messageType == "sextant.ingest.v1.SpendRow" && !row.explanation.isEmpty)
            #expect(try IngestV1.SpendRow(json: row.text) == rows[1 + 2 * index])
        }
        #expect(kept.count == cases.count)
        await ingest.stop()
    }

    @Test("of the other kinds are held to their rules as well")
    func otherFaults() async throws {
        let ingest = try await ServedIngest()
        let day = "2026-01-31"
        let kpi = try await ingest.write([
            IngestV1.KpiRow.row(day, " ", "1"), .row(day, "a", "NaN"),
            .row(day, "a", "1") { ($0.currency, $0.valuePerUnit) = ("EUR", "1") },
            .row(day, "a", "1") { $0.valuePerUnit = "1" },
            .row(day, "a", "1") { $0.valueCurrency = "EUR" },
            .row(day, "a", "1") { $0.population = -1 },
        ])
        #expect(
            kpi.signs == [
                "missing name", "not_finite value", "contradiction value_per_unit",
                "missing value_currency", "missing value_per_unit", "negative population",
            ]
        )
        let covariates = try await ingest.write([
            IngestV1.CovariateRow.row(day, "", 1), .row(day, "a", .nan), .row(day, "a", .infinity),
        ])
        #expect(covariates.signs == ["missing name", "not_finite value", "not_finite value"])
        let rates = try await ingest.write([
            IngestV1.ExchangeRateRow.row(day, "USD", "USD", "1"), .row(day, "usd", "EUR", "1"),
            .row(day, "USD", "EUR", "0"), .row(day, "USD", "EUR", "-1"),
            .row(day, "USD", "EUR", "0.0000000000001"),
        ])
        #expect(
            rates.signs == [
                "contradiction quote", "unknown_currency base", "out_of_range rate",
                "negative rate", "too_precise rate",
            ]
        )
        let margins = try await ingest.write([
            IngestV1.MarginRow.row(day, "", "1.000001"), .row(day, "", "-1.5"),
        ])
        #expect(margins.signs == ["out_of_range margin", "out_of_range margin"])
        #expect(try await ingest.lines("select count(*) from series_commits") == ["0"])
        await ingest.stop()
    }

    @Test("may be of days up to two ahead, and no call may bring too many")
    func bounds() async throws {
        let ingest = try await ServedIngest()
        let (today, _) = UTCTimestamp.now.milliseconds.dividedDown(by: 86_400_000)
        func date(_ days: Int64) -> String {
            "\(UTCTimestamp(milliseconds: (today + days) * 86_400_000))".prefix(10).description
        }
        let response = try await ingest.write([
            .row("1990-01-01", "1"), .row(date(2), "1"), .row(date(4), "1"),
        ])
        #expect(response.signs == ["+", "+", "out_of_range date"])
        for count in [0, 10_001] {
            let error = await #expect(throws: RPCError.self) {
                try await ingest.write(
                    [IngestV1.MarginRow](repeating: .row("2026-01-01", "", "0"), count: count)
                )
            }
            #expect(error?.explanation.violations.map(\.field) == ["rows"])
        }
        let source = await #expect(throws: RPCError.self) {
            try await ingest.write([.row("2026-01-01", "1")], from: "a\nb")
        }
        #expect(source?.explanation.violations.map(\.field) == ["source"])
        // As many as a call may bring, all of one key: each counts.
        let most = (1...10_000).map { IngestV1.SpendRow.row("2026-01-01", "\($0)") }
        let written = try await ingest.write(most)
        #expect(written.accepted == 1 && written.corrected == 9_999)
        #expect(
            try await ingest.lines("select spend, revision from spend where day = '2026-01-01'")
                == ["10000.000000|10000"]
        )
        await ingest.stop()
    }

    @Test("keep money to the last digit")
    func exactness() async throws {
        let ingest = try await ServedIngest()
        let amounts = ["999999999999.999999", "0.000001", "0.1", "0.2", "123456789012.345678"]
        try await ingest.write(
            amounts.enumerated().map { index, amount in
                .row("2026-01-31", amount) { $0.geo = "\(index)" }
            }
        )
        let stored = try await ingest.lines("select spend from spend order by geo")
        #expect(
            stored == [
                "999999999999.999999", "0.000001", "0.100000", "0.200000", "123456789012.345678",
            ]
        )
        let sums = try await ingest.series.listSpend(IngestV1.ListSpendRequest()).message.value()
        // 0.1 + 0.2 is not 0.3 where numbers are binary, and such sums have no room there.
        #expect(sums.sums.map(\.spend) == ["1123456789012.645678"])
        await ingest.stop()
    }

    @Test("written by many at once are stored once, and none is lost")
    func concurrency() async throws {
        let ingest = try await ServedIngest()
        let (writers, keys) = (8, 50)
        // Each writer has its own order and its own amounts; every key is written by all.
        let responses = try await withThrowingTaskGroup(
            of: IngestV1.WriteRowsResponse.self
        ) { group in
            for writer in 1...writers {
                group.addTask {
                    let rows = (0..<keys).map { place in
                        let key = (place * writer + writer) % keys
                        return IngestV1.SpendRow.row("2026-01-31", "\(writer)") {
                            $0.campaign = "\(key)"
                        }
                    }
                    return try await ingest.write(rows)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let stored = try await ingest.lines(
            "select sum(revision), count(*), count(distinct commit_id) from spend"
        )
        let parts = try #require(stored.first).split(separator: "|").compactMap { Int64($0) }
        let accepted = responses.map(\.accepted).reduce(0, +)
        let corrected = responses.map(\.corrected).reduce(0, +)
        #expect(accepted == parts[1] && accepted + corrected == parts[0])
        let total = responses.map { $0.accepted + $0.corrected + $0.duplicate }.reduce(0, +)
        #expect(total == Int64(writers * keys))
        await ingest.stop()
    }
}
