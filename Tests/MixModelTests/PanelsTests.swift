import Contracts
import Messages
import Postgres
import RPC
import Tenancy
import TestKit
import Testing
import Wire

@testable import MixModel

@Suite("Panels of a tenant's own data", .timeLimit(.minutes(5)))
struct PanelsTests {
    @Test("have whole days or weeks, from the day that weeks begin with")
    func frames() throws {
        let thursday = try #require(PostgresDate(text: "2026-01-01"))
        for weekStart in TenantSettings.Weekday.allCases {
            for length in 1...40 {
                let last = thursday.adding(Int32(length - 1))
                // The slow way: day by day, until a week begins and has seven days.
                var starts: [PostgresDate] = []
                for offset in 0..<length where (3 + offset) % 7 + 1 == weekStart.rawValue {
                    if offset + 7 <= length { starts.append(thursday.adding(Int32(offset))) }
                }
                let frame = PanelFrame(from: thursday, to: last, weeksFrom: weekStart)
                #expect(frame?.first == starts.first && (frame?.periods ?? 0) == starts.count)
                let days = PanelFrame(from: thursday, to: last, weeksFrom: nil)
                #expect(days?.periods == length && days?.last == last)
            }
        }
        #expect(PanelFrame(from: thursday, to: thursday.adding(-1), weeksFrom: nil) == nil)
    }

    @Test("are the weeks of an outcome that has a row for each, with the last one")
    func weeklyFrames() throws {
        let thursday = try #require(PostgresDate(text: "2026-01-01"))
        for skipped in 0..<7 {
            for length in 1...40 {
                let last = thursday.adding(Int32(length - 1))
                let rows = stride(from: skipped, to: length, by: 7).map {
                    thursday.adding(Int32($0))
                }
                // Any row says which day weeks begin with.
                let like = thursday.adding(Int32(skipped + 7 * (length % 3) - 7))
                let frame = PanelFrame(rowsFrom: thursday, to: last, like: like)
                #expect(frame?.first == rows.first && (frame?.periods ?? 0) == rows.count)
                #expect(frame.map { $0.last == rows[rows.count - 1].adding(6) } ?? rows.isEmpty)
            }
        }
    }

    // MARK: The slow way

    /// Rows of all kinds, of days in 2026 by their number from the first of January.
    private struct Rows {
        struct Row {
            var day: Int
            var name: String
            var geo: String
            var currency: String
            var value: Int
            var units: Int?
        }

        var kpi: [Row] = []
        var spend: [Row] = []
        var covariates: [Row] = []
        /// Of dollars.
        static let rate = 0.5

        init(seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            func one<Value>(of values: [Value]) -> Value {
                values[Int(random.next() % UInt64(values.count))]
            }
            for day in 0..<30 {
                for geo in ["north", "south"] where random.next() % 10 > 0 {
                    let value = Int(random.next() % 1_000)
                    kpi.append(
                        .init(day: day, name: "revenue", geo: geo, currency: "EUR", value: value)
                    )
                }
                for (name, geo, currency) in [
                    ("email", "north", "EUR"), ("email", "", "USD"), ("display", "south", "EUR"),
                    ("display", "west", "EUR"), ("", "north", "EUR"),
                ] where random.next() % 4 > 0 {
                    spend.append(
                        .init(
                            day: day,
                            name: name,
                            geo: geo,
                            currency: currency,
                            value: Int(random.next() % 100) * 2,
                            units: name == "display" ? Int(random.next() % 500) : nil
                        )
                    )
                }
                for geo in ["", "north"] where random.next() % 3 > 0 {
                    covariates.append(
                        .init(
                            day: day,
                            name: "rain",
                            geo: geo,
                            currency: "",
                            value: one(of: [1, 2, 5])
                        )
                    )
                }
            }
        }

        func day(_ number: Int) -> String {
            number < 9 ? "2026-01-0\(number + 1)" : "2026-01-\(number + 1)"
        }

        static func money(_ row: Row) -> Double {
            Double(row.value) * (row.currency == "EUR" ? 1 : rate)
        }

        static let people = ["north": 3.0, "south": 1.0]

        func write(to series: IngestV1.Series.Client) async throws {
            var kpis = IngestV1.WriteKpiRequest()
            kpis.rows = kpi.map { row in
                var told = IngestV1.KpiRow()
                (told.date, told.name, told.geo) = (day(row.day), row.name, row.geo)
                (told.value, told.currency) = ("\(row.value)", row.currency)
                told.population = Int64(Self.people[row.geo] ?? 0)
                return told
            }
            #expect(try await series.writeKpi(kpis).message.value().accepted == Int64(kpi.count))
            var costs = IngestV1.WriteSpendRequest()
            costs.rows = spend.map { row in
                var told = IngestV1.SpendRow()
                (told.date, told.channel, told.geo) = (day(row.day), row.name, row.geo)
                if row.name.isEmpty { told.platform = "unheard of" }
                (told.spend, told.currency) = ("\(row.value)", row.currency)
                told.impressions = row.units.map { Int64($0) }
                return told
            }
            #expect(
                try await series.writeSpend(costs).message.value().accepted == Int64(spend.count)
            )
            var facts = IngestV1.WriteCovariatesRequest()
            facts.rows = covariates.map { row in
                var told = IngestV1.CovariateRow()
                (told.date, told.name, told.geo) = (day(row.day), row.name, row.geo)
                told.value = Double(row.value)
                return told
            }
            _ = try await series.writeCovariates(facts)
            var rates = IngestV1.WriteExchangeRatesRequest()
            var rate = IngestV1.ExchangeRateRow()
            (rate.date, rate.base, rate.quote, rate.rate) = ("2026-01-01", "USD", "EUR", "0.5")
            // Each is good for seven days more.
            rates.rows = (0..<5).map { week in
                rate.date = day(week * 7)
                return rate
            }
            _ = try await series.writeExchangeRates(rates)
        }
    }

    private func isSame(_ values: [Double], _ expected: [Double]) -> Bool {
        values.count == expected.count
            && zip(values, expected).allSatisfy { value, other in
                (value.isNaN && other.isNaN) || abs(value - other) < 1e-9
            }
    }

    /// A panel that is looked at, with the rows that it is made of.
    private struct Looked {
        let panel: MixModelV1.PreviewPanelResponse
        let rows: Rows
        let geos: [String]
        let first: Int
        let length: Int
        let periods: Int

        var days: Range<Int> { first..<first + length * periods }

        func isIn(_ row: Rows.Row, _ geo: String, _ days: Range<Int>) -> Bool {
            days.contains(row.day) && (geo == "national" || row.geo == geo)
        }

        /// The sum of amounts; NaN of none.
        func sum(_ rows: [Rows.Row]) -> Double {
            rows.isEmpty ? .nan : rows.reduce(0) { $0 + Rows.money($1) }
        }

        /// A column by place and period, cell by cell.
        func column(_ cell: (_ geo: String, _ days: Range<Int>) -> Double) -> [Double] {
            geos.flatMap { geo in
                (0..<periods).map { period in
                    let start = first + period * length
                    return cell(geo, start..<start + length)
                }
            }
        }

        func outcome(_ geo: String, _ days: Range<Int>) -> Double {
            let own = rows.kpi.filter { isIn($0, geo, days) }
            let counts = Rows.people.keys.map { place in own.count { $0.geo == place } }
            return counts.max() == length ? sum(own) : .nan
        }

        func spend(_ slug: String, _ geo: String, _ days: Range<Int>) -> Double {
            let own = rows.spend.filter { $0.name == slug && days.contains($0.day) }
            let here = sum(own.filter { isIn($0, geo, days) })
            let spread = geo == "national" ? .nan : sum(own.filter(\.geo.isEmpty))
            let share = (Rows.people[geo] ?? 0) / 4
            return (here.isNaN ? 0 : here) + (spread.isNaN ? 0 : spread * share)
        }

        func rain(_ geo: String, _ days: Range<Int>) -> Double {
            let general = rows.covariates.filter { $0.geo.isEmpty && days.contains($0.day) }
            let own = rows.covariates.filter { !$0.geo.isEmpty && isIn($0, geo, days) }
            let (best, other) = geo == "national" ? (general, own) : (own, general)
            let chosen = best.isEmpty ? other : best
            return chosen.isEmpty
                ? .nan : Double(chosen.reduce(0) { $0 + $1.value }) / Double(chosen.count)
        }
    }

    @Test("are what their rows come to, cell by cell", arguments: 1...2)
    func oracle(seed: UInt64) async throws {
        let service = try await ServedMixModel()
        let rows = Rows(seed: seed)
        try await rows.write(to: service.series)
        for (geography, period) in [
            (MixModelV1.PanelSelection.Geography.national, MixModelV1.PanelSelection.Period.week),
            (.byGeo, .week), (.byGeo, .day),
        ] {
            let panel = try await service.preview { selection in
                (selection.geography, selection.period) = (geography, period)
                (selection.firstDate, selection.lastDate) = ("2026-01-01", "2026-01-30")
                selection.exposure = .impressions
                selection.controls = ["rain"]
            }
            // The first Monday is the fifth of January, the fourth day from the first.
            let looked = Looked(
                panel: panel,
                rows: rows,
                geos: geography == .national ? ["national"] : ["north", "south"],
                first: period == .week ? 4 : 0,
                length: period == .week ? 7 : 1,
                periods: period == .week ? 3 : 30
            )
            expect(looked, isNational: geography == .national)
        }
        await service.stop()
    }

    private func expect(_ looked: Looked, isNational: Bool) {
        let (panel, rows, days) = (looked.panel, looked.rows, looked.days)
        #expect(panel.periods == looked.periods && panel.geos.map(\.name) == looked.geos)
        let outcome = looked.column(looked.outcome)
        #expect(isSame(panel.values(.outcome, "revenue"), outcome))
        let partial = looked.column { geo, days in
            let known = rows.kpi.contains { looked.isIn($0, geo, days) }
            return known && looked.outcome(geo, days).isNaN ? 1 : 0
        }
        #expect(Double(panel.partialCells) == partial.reduce(0, +))
        for slug in ["email", "display"] {
            let spend = looked.column { looked.spend(slug, $0, $1) }
            #expect(isSame(panel.values(.spend, slug), spend), "\(slug)")
        }
        let seen = looked.column { geo, days in
            rows.spend.filter { $0.name == "display" && looked.isIn($0, geo, days) }
                .reduce(0) { $0 + Double($1.units ?? 0) }
        }
        #expect(isSame(panel.values(.exposure, "display"), seen))
        // Nobody counts how often letters are shown.
        #expect(panel.values(.exposure, "email").contains { $0.isNaN })
        #expect(isSame(panel.values(.control, "rain"), looked.column(looked.rain)))
        let unmapped = rows.spend.filter { $0.name.isEmpty && days.contains($0.day) }
        #expect(panel.unmappedSpendRows == unmapped.count)
        #expect(panel.unmappedSpend == looked.sum(unmapped))
        let lost = rows.spend.filter { $0.geo == "west" && days.contains($0.day) }
        #expect(panel.misplacedRows == (isNational ? 0 : lost.count))
        #expect(panel.misplacedSpend == (isNational || lost.isEmpty ? 0 : looked.sum(lost)))
    }

    // MARK: What is told

    @Test("are made of sources that are listed, and tell what they leave out")
    func sources() async throws {
        let service = try await ServedMixModel()
        let empty = try await service.panels.listSources(.init()).message.value()
        #expect(empty == .init())
        let rows = Rows(seed: 3)
        try await rows.write(to: service.series)
        let sources = try await service.panels.listSources(.init()).message.value()
        #expect(sources.outcomes.map(\.name) == ["revenue"])
        #expect(sources.outcomes.first?.isMoney == true && sources.outcomes.first?.geos == 2)
        #expect(sources.channels.map(\.name) == ["display", "email"])
        #expect(sources.covariates.map(\.name) == ["rain"])
        #expect(sources.outcomes.first?.rows == Int64(rows.kpi.count))
        #expect(sources.unmappedSpendRows == rows.spend.count { $0.name.isEmpty })
        // A currency without a rate is told, not taken for another.
        var request = IngestV1.WriteSpendRequest()
        var row = IngestV1.SpendRow()
        (row.date, row.channel, row.spend, row.currency) = ("2026-01-07", "email", "5", "CHF")
        request.rows = [row]
        _ = try await service.series.writeSpend(request)
        let panel = try await service.preview { $0.period = .day }
        #expect(panel.unconvertedRows == 1 && panel.currency == "EUR")
        #expect(!panel.isTrainable && panel.fingerprint.count == 64)
        // A month of days with gaps is no panel to fit a model to.
        let refusals = panel.findings.filter { $0.severity == .refuses }
        #expect(!refusals.isEmpty && refusals.allSatisfy { !$0.problem.isEmpty })
        #expect(panel.findings.allSatisfy { !$0.rule.isEmpty && !$0.remedy.isEmpty })
        let again = try await service.preview { $0.period = .day }
        #expect(again.fingerprint == panel.fingerprint)
        #expect(panel.columns.allSatisfy { !$0.values.isEmpty })
        #expect(
            panel.columns.map(\.missing)
                == panel.columns.map { column in Int64(column.values.count { $0.isNaN }) }
        )
        let others = try await service.otherPanels.listSources(.init()).message.value()
        #expect(others == .init())
        await service.stop()
    }

    @Test("say what a unit earns by the rows that do, and what places without people lack")
    func values() async throws {
        let service = try await ServedMixModel()
        var kpis = IngestV1.WriteKpiRequest()
        for (day, geo, value, earns, people) in [
            (1, "north", "10", "20", Int64(3)), (2, "north", "0", "", 3), (3, "north", "4", "", 3),
            (1, "south", "5", "30", 0), (2, "south", "0", "", 0), (3, "south", "10", "10", 0),
        ] {
            var row = IngestV1.KpiRow()
            (row.date, row.name, row.geo, row.value) = ("2026-01-0\(day)", "orders", geo, value)
            (row.valuePerUnit, row.valueCurrency) = (earns, earns.isEmpty ? "" : "EUR")
            row.population = people == 0 ? nil : people
            kpis.rows.append(row)
        }
        #expect(try await service.series.writeKpi(kpis).message.value().accepted == 6)
        var costs = IngestV1.WriteSpendRequest()
        for (geo, spend, shown) in [("", "8", Int64(100)), ("north", "1", nil)] {
            var row = IngestV1.SpendRow()
            (row.date, row.channel, row.geo) = ("2026-01-01", "email", geo)
            (row.spend, row.currency, row.impressions) = (spend, "EUR", shown)
            costs.rows.append(row)
        }
        _ = try await service.series.writeSpend(costs)
        let panel = try await service.preview { selection in
            (selection.kpi, selection.period, selection.geography) = ("orders", .day, .byGeo)
            selection.exposure = .impressions
        }
        // Where nothing is sold a unit earns what it does on average: 450 for 25.
        #expect(isSame(panel.values(.value, "orders"), [20, 18, .nan, 30, 18, 10]))
        #expect(panel.geos.map(\.population).first == 3)
        #expect(panel.geos.last?.population.isNaN == true)
        // All that names no place is spent where people are known to be.
        #expect(isSame(panel.values(.spend, "email"), [9, 0, 0, 0, 0, 0]))
        // What one row does not tell is not known of the day.
        #expect(panel.values(.exposure, "email").first?.isNaN == true)
        #expect(!panel.isTrainable)
        await service.stop()
    }

    @Test("that would be too large are refused before they are made")
    func size() async throws {
        let service = try await ServedMixModel()
        try await Rows(seed: 5).write(to: service.series)
        for (first, last) in [("0001-01-01", "9999-12-31"), ("1000-01-01", "2030-12-31")] {
            do {
                _ = try await service.preview { selection in
                    (selection.firstDate, selection.lastDate) = (first, last)
                    selection.period = .day
                }
                Issue.record("it was not refused")
            } catch let error as RPCError {
                #expect(error.code == .resourceExhausted, "\(error)")
            }
        }
        await service.stop()
    }

    @Test("of what there is not are refused, by name")
    func faults() async throws {
        let service = try await ServedMixModel()
        try await Rows(seed: 4).write(to: service.series)
        let faults: [(StatusCode, String, (inout MixModelV1.PanelSelection) -> Void)] = [
            (.invalidArgument, "selection.kpi", { $0.kpi = "" }),
            (.invalidArgument, "selection.kpi", { $0.kpi = "a\u{0}" }),
            (.invalidArgument, "selection.channels", { $0.channels = ["email", "email"] }),
            (.invalidArgument, "selection.controls", { $0.controls = [""] }),
            (
                .invalidArgument, "selection.treatments",
                { ($0.controls, $0.treatments) = (["rain"], ["rain"]) }
            ),
            (.invalidArgument, "selection.first_date", { $0.firstDate = "yesterday" }),
            (
                .invalidArgument, "selection.last_date",
                { ($0.firstDate, $0.lastDate) = ("2026-01-08", "2026-01-07") }
            ),
            (.invalidArgument, "selection.period", { $0.period = .init(rawValue: 9) }),
            (.failedPrecondition, "the outcome 'orders'", { $0.kpi = "orders" }),
            (
                .failedPrecondition, "whole week",
                { ($0.firstDate, $0.lastDate) = ("2026-01-06", "2026-01-12") }
            ),
            (
                .failedPrecondition, "in these days",
                { ($0.firstDate, $0.lastDate) = ("2027-01-06", "2027-02-12") }
            ),
            (.failedPrecondition, "channel 'direct'", { $0.channels = ["direct"] }),
            (.failedPrecondition, "covariate 'snow'", { $0.controls = ["snow"] }),
        ]
        for (code, part, change) in faults {
            do {
                _ = try await service.preview(change)
                Issue.record("\(part) was not refused")
            } catch let error as RPCError {
                #expect(error.code == code && "\(error)".contains(part), "\(error)")
            }
        }
        await service.stop()
    }
}

extension MixModelV1.PreviewPanelResponse {
    /// The values of a column.
    func values(_ role: Role, _ name: String) -> [Double] {
        columns.first { $0.role == role && $0.name == name }?.values ?? []
    }
}
