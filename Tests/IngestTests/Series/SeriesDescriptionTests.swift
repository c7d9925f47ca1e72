import Contracts
import Messages
import Postgres
import RPC
import Schema
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("What is told of series", .timeLimit(.minutes(5)))
struct SeriesDescriptionTests {
    // MARK: By hand

    /// Series as all of their rows say it.
    private func expected(_ ingest: ServedIngest) async throws -> IngestV1.DescribeSeriesResponse {
        let rows = try await ingest.rows(
            """
            select 'spend', case when o.platform <> '' then o.platform
                    when o.column_name <> '' then o.column_name else c.slug end,
                s.day - date '1970-01-01', s.currency, s.geo, s.revision, s.day
            from spend s join spend_sources o using (source)
            left join channels c on c.number = o.channel
            union all select 'kpi', name, day - date '1970-01-01', currency, geo, revision, day
            from kpi
            union all select 'covariate', name, day - date '1970-01-01', '', geo, revision, day
            from covariates
            union all select 'exchange_rate', base || '/' || quote, day - date '1970-01-01', '',
                '', revision, day
            from exchange_rates
            union all select 'margin', name, day - date '1970-01-01', '', '', revision, day
            from margins
            """
        ).map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        }
        var response = IngestV1.DescribeSeriesResponse()
        for (name, rows) in Dictionary(grouping: rows, by: { [$0[0], $0[1]] })
            .sorted(by: { ($0.key[0], $0.key[1]) < ($1.key[0], $1.key[1]) })
        {
            response.series.append(Self.series(name, rows))
        }
        response.reportingCurrency = rows.isEmpty ? "" : "EUR"
        return response
    }

    private static func series(
        _ name: [String],
        _ rows: [[String]]
    ) -> IngestV1.SeriesDescription {
        let texts = Dictionary(rows.map { (Int($0[2]) ?? 0, $0[6]) }) { $1 }
        let days = texts.keys.sorted()
        var series = IngestV1.SeriesDescription()
        (series.kind, series.name, series.rows) = (name[0], name[1], Int64(rows.count))
        (series.firstDate, series.lastDate) = (texts[days[0]] ?? "", texts[days.last ?? 0] ?? "")
        series.days = Int64(days.count)
        series.missingDays = Int64((days.last ?? 0) - days[0] + 1 - days.count)
        series.currencies = Set(rows.map { $0[3] }).subtracting([""]).sorted()
        series.geos = Array(Set(rows.map { $0[4] }).sorted().prefix(50))
        series.geoCount = Int64(Set(rows.map { $0[4] }).count)
        series.correctedRows = Int64(rows.count { (Int($0[5]) ?? 0) > 1 })
        let gaps = zip(days, days.dropFirst()).filter { $1 - $0 > 1 }
            .sorted { ($1.1 - $1.0, $0.0) < ($0.1 - $0.0, $1.0) }
        series.gaps = gaps.prefix(10).map { before, after in
            var gap = IngestV1.SeriesDescription.Gap()
            gap.days = Int64(after - before - 1)
            gap.firstDate = PostgresDate(daysSince1970: Int32(before + 1))?.text ?? ""
            gap.lastDate = PostgresDate(daysSince1970: Int32(after - 1))?.text ?? ""
            return gap
        }
        return series
    }

    private func described(_ ingest: ServedIngest) async throws -> IngestV1.DescribeSeriesResponse {
        var response = try await ingest.series.describeSeries(.init()).message.value()
        response.missingRates = []
        return response
    }

    // MARK: Rows

    /// Rows of all kinds, of few keys: some are new, some repeat or correct what there is.
    private struct Rows {
        var random: SeededGenerator

        private mutating func one<Value>(of values: [Value]) -> Value {
            values[Int(random.next() % UInt64(values.count))]
        }

        private mutating func day() -> String {
            // Most days of two months, with gaps.
            let number = random.next() % 59
            let day = number % 28 + 1
            return "2026-0\(number / 28 + 1)-" + (day < 10 ? "0\(day)" : "\(day)")
        }

        mutating func spend(_ count: Int) -> [IngestV1.SpendRow] {
            (0..<count).map { _ in
                .row(day(), one(of: ["1", "2"])) { row in
                    row.platform = one(of: ["alpha", "beta", ""])
                    row.campaign = one(of: ["x", "y"])
                    if row.platform.isEmpty {
                        row.column = one(of: ["", "radio"])
                        if row.column.isEmpty { row.channel = one(of: ["email", "display"]) }
                    }
                    row.currency = one(of: ["EUR", "USD", "GBP"])
                    row.geo = one(of: ["", "DE", "US-CA"])
                }
            }
        }

        mutating func kpi(_ count: Int) -> [IngestV1.KpiRow] {
            (0..<count).map { _ in
                .row(day(), one(of: ["orders", "revenue"]), one(of: ["1", "2"])) { row in
                    row.source = one(of: ["", "shop"])
                    if row.name == "revenue" { row.currency = one(of: ["EUR", "CHF"]) }
                }
            }
        }

        mutating func others(
            _ count: Int
        ) -> (
            [IngestV1.CovariateRow], [IngestV1.ExchangeRateRow], [IngestV1.MarginRow]
        ) {
            (
                (0..<count).map { _ in .row(day(), one(of: ["rain", "snow"]), one(of: [1, 2])) },
                (0..<count).map { _ in .row(day(), "USD", "EUR", one(of: ["0.9", "0.8"])) },
                (0..<count).map { _ in .row(day(), one(of: ["", "toys"]), one(of: ["0", "1"])) }
            )
        }
    }

    @Test("is what all of their rows say, however these came", arguments: 1...3)
    func oracle(seed: UInt64) async throws {
        let ingest = try await ServedIngest()
        var rows = Rows(random: SeededGenerator(seed: seed))
        for round in 0..<4 {
            try await ingest.write(rows.spend(40))
            try await ingest.write(rows.kpi(30))
            let (covariates, rates, margins) = rows.others(10)
            try await ingest.write(covariates)
            try await ingest.write(rates)
            try await ingest.write(margins)
            let expected = try await expected(ingest)
            #expect(try await described(ingest) == expected, "round \(round)")
            #expect(expected.series.contains { $0.correctedRows > 0 && !$0.gaps.isEmpty })
        }
        await ingest.stop()
    }

    @Test("is what all of their rows say that many wrote at once")
    func together() async throws {
        let ingest = try await ServedIngest()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    var rows = Rows(random: SeededGenerator(seed: UInt64(writer % 2)))
                    for _ in 0..<5 {
                        try await ingest.write(rows.spend(20))
                        try await ingest.write(rows.kpi(20))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await described(ingest) == expected(ingest))
        let missing = try await ingest.series.describeSeries(.init()).message.value().missingRates
        #expect(
            missing.map { "\($0.kind) \($0.currency) \($0.days) \($0.rows)" }
                == (try await ingest.rows(
                    """
                    select kind || ' ' || currency || ' ' || count(distinct day) || ' ' || count(*)
                    from (
                        select 'spend' as kind, currency, day from spend where currency <> 'EUR'
                        union all
                        select 'kpi', currency, day from kpi where currency not in ('', 'EUR')
                    ) r
                    group by kind, currency order by kind, currency
                    """
                ))
        )
        await ingest.stop()
    }

    @Test("is kept without a wait for others that write the same")
    func slow() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([.row("2026-01-06", "1")])
        let writer = SeriesWriter(SpendMappingCatalogue())
        let scope = try ingest.scope
        try await scope.transaction { transaction in
            for day in 1...2 {
                let row = IngestV1.SpendRow.row("2026-01-0\(day)", "2")
                _ = try await writer.write([row], as: SpendRow.self, in: transaction, scope)
            }
            try await ingest.write([.row("2026-01-04", "3")])
            try await ingest.write([.row("2026-01-05", "3")])
            #expect(try await described(ingest).series.map(\.rows) == [3])
        }
        #expect(try await described(ingest).series.map(\.rows) == [5])
        #expect(try await described(ingest) == expected(ingest))
        // No more slots than there were writers at once.
        #expect(try await ingest.rows("select count(*) from series_summaries") == ["2"])
        await ingest.stop()
    }

    @Test("is called as the channel is that spend is mapped to by nothing but its campaign")
    func mapped() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([
            .row("2026-01-01", "1") { ($0.platform, $0.channel) = ("", "email") },
            .row("2026-01-03", "1") {
                ($0.platform, $0.campaign, $0.channel) = ("", "other", "email")
            },
            .row("2026-01-02", "1") { ($0.platform, $0.column) = ("", "email") },
        ])
        let series = try await described(ingest).series
        #expect(
            series.map { "\($0.name) \($0.rows) \($0.days) \($0.missingDays)" } == ["email 3 3 0"]
        )
        try await ingest.rows("update channels set slug = 'letters' where slug = 'email'")
        #expect(try await described(ingest).series.map(\.name) == ["email", "letters"])
        #expect(try await described(ingest) == expected(ingest))
        await ingest.stop()
    }

    // MARK: Storage

    @Test("is told without a look at the rows, of which there may be any number")
    func plan() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([.row("2026-01-01", "1") { $0.currency = "USD" }])
        try await ingest.write([IngestV1.KpiRow.row("2026-01-01", "visits", "1")])
        try await ingest.rows(
            """
            insert into kpi (day, series, name, counted_by, geo, currency, value, value_currency,
                revision, commit_id)
            select date '2026-01-02' + n % 300, gen_random_uuid(), 'visits', '', '', 'USD', n, '',
                1, 1
            from generate_series(1, 20000) n;
            insert into spend (day, series, source, geo, currency, spend, revision, commit_id)
            select date '2026-01-02' + n % 300, gen_random_uuid(), source, '', 'USD', n, 1, 1
            from generate_series(1, 20000) n, spend_sources;
            analyze kpi; analyze spend
            """
        )
        for statement in [Statement.describeSeries, .describeMissingRates] {
            let plan = try await ingest.plan(of: "\(statement.sql)", "text", "''")
            let text = plan.joined(separator: "\n")
            #expect(!text.contains(" on kpi") && !text.contains(" on spend "), "\(text)")
        }
        await ingest.stop()
    }

    @Test("is counted once by the migration, of what was there before it")
    func migrated() async throws {
        let ingest = try await ServedIngest()
        var rows = Rows(random: SeededGenerator(seed: 9))
        for _ in 0..<2 {
            try await ingest.write(rows.spend(60))
            try await ingest.write(rows.kpi(40))
            let (covariates, rates, margins) = rows.others(10)
            try await ingest.write(covariates)
            try await ingest.write(rates)
            try await ingest.write(margins)
        }
        let kept = """
            select 1, kind, name, source::text, row_count, corrected_count, days::text,
                array(select unnest(currencies) order by 1)::text
            from series_summaries
            union all select 2, kind, name, source::text, 0, 0, geo, '' from series_geos
            union all select 3, kind, currency, '', row_count, 0, day::text, '' from series_amounts
            order by 1, 2, 3, 4, 7
            """
        let before = try await ingest.rows(kept)
        let migrations = try MigrationSet.ingest().migrations
        let migration = try #require(migrations.first { $0.name == "m0012_summaries" })
        let inserts = migration.sql.split(separator: ";")
            .filter { $0.contains("insert into series_") }
        #expect(inserts.count == 3)
        try await ingest.rows(
            "truncate series_summaries, series_geos, series_amounts; "
                + inserts.joined(separator: ";")
        )
        #expect(try await ingest.rows(kept) == before && before.count > 30)
        await ingest.stop()
    }
}
