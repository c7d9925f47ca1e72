import Contracts
import Messages
import RPC
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@Suite("Outcomes that journeys count", .timeLimit(.minutes(5)))
struct JourneyOutcomeTests {
    /// Conversions in two weeks from Monday, the fifth of January, on.
    private struct Conversion {
        let day: Int
        let geo: String
        let currency: String
        let value: Int
    }

    private static let conversions: [Conversion] = (0..<14).flatMap { day in
        let north = (0..<day % 3).map { _ in
            Conversion(day: day, geo: "north", currency: "EUR", value: 10)
        }
        let dollars = Conversion(day: day, geo: "north", currency: "USD", value: 4)
        let south = Conversion(day: day, geo: "south", currency: "EUR", value: 7)
        return north + (day % 2 == 0 ? [dollars] : []) + (day == 3 ? [south] : [])
    }

    private static func date(_ day: Int) -> String {
        day < 5 ? "2026-01-0\(day + 5)" : "2026-01-\(day + 5)"
    }

    /// As attribution writes them; each of a person.
    private static func write(to service: ServedMixModel) async throws {
        let rows = conversions.enumerated().map { number, row in
            "('a:\(number)', 0, '\(date(row.day))T12:00:00Z', 'purchase', '\(row.geo)', true, "
                + "\(row.value)000000, '\(row.currency)')"
        }
        let schema = service.served.members[0].id.schemaName
        _ = try await service.served.fixture.lines(
            """
            set search_path to \(schema);
            insert into timeline_conversions values \(rows.joined(separator: ", "));
            update timeline_head set current_at = '2026-01-21T09:00:00Z'
            """
        )
        var spend = IngestV1.WriteSpendRequest()
        var row = IngestV1.SpendRow()
        (row.date, row.channel, row.spend, row.currency) = (date(0), "email", "5", "EUR")
        spend.rows = [row]
        _ = try await service.series.writeSpend(spend)
    }

    private static func sum(_ geo: String?, week: Int, _ value: (Conversion) -> Double) -> Double {
        conversions.filter { (geo == nil || $0.geo == geo) && $0.day / 7 == week }
            .reduce(0) { $0 + value($1) }
    }

    @Test("are sources, with zeros where nothing was counted")
    func sources() async throws {
        let service = try await ServedMixModel()
        try await Self.write(to: service)
        let outcomes = try await service.panels.listSources(.init()).message.value().outcomes
        #expect(outcomes.map(\.name) == ["purchase", "purchase:new", "purchase:value"])
        #expect(outcomes.allSatisfy { $0.countedBy == "journeys" && $0.days == 14 && $0.geos == 2 })
        #expect(outcomes.map(\.isMoney) == [false, false, true])
        #expect(
            outcomes.allSatisfy { $0.firstDate == Self.date(0) && $0.lastDate == Self.date(13) }
        )
        let panel = try await service.preview { selection in
            (selection.kpi, selection.countedBy) = ("purchase", "journeys")
            selection.geography = .byGeo
        }
        #expect(panel.geos.map(\.name) == ["north", "south"] && panel.periods == 2)
        let expected = ["north", "south"].flatMap { geo in
            (0..<2).map { week in Self.sum(geo, week: week) { _ in 1 } }
        }
        #expect(expected.last == 0)
        #expect(panel.values(.outcome, "purchase") == expected)
        #expect(panel.partialCells == 0)
        await service.stop()
    }

    @Test("are worth what rates of their days say")
    func values() async throws {
        let service = try await ServedMixModel()
        try await Self.write(to: service)
        func panel() async throws -> MixModelV1.PreviewPanelResponse {
            try await service.preview { selection in
                (selection.kpi, selection.countedBy) = ("purchase:value", "journeys")
            }
        }
        #expect(try await panel().unconvertedRows > 0)
        var rates = IngestV1.WriteExchangeRatesRequest()
        rates.rows = [("2026-01-04", "USD", "EUR", "0.5"), ("2026-01-12", "EUR", "USD", "4")]
            .map { date, base, quote, rate in
                var row = IngestV1.ExchangeRateRow()
                (row.date, row.base, row.quote, row.rate) = (date, base, quote, rate)
                return row
            }
        _ = try await service.series.writeExchangeRates(rates)
        let converted = try await panel()
        #expect(converted.unconvertedRows == 0 && converted.currency == "EUR")
        let expected = (0..<2).map { week in
            Self.sum(nil, week: week) {
                Double($0.value) * ($0.currency == "EUR" ? 1 : week == 0 ? 0.5 : 0.25)
            }
        }
        #expect(converted.values(.outcome, "purchase:value") == expected)
        await service.stop()
    }

    @Test("are nobody else's: no uploaded KPI has their source")
    func reserved() async throws {
        let service = try await ServedMixModel()
        var request = IngestV1.WriteKpiRequest()
        var row = IngestV1.KpiRow()
        (row.date, row.name, row.value, row.source) = ("2026-01-05", "purchase", "1", "journeys")
        request.rows = [row]
        let answer = try await service.series.writeKpi(request).message.value()
        #expect(answer.accepted == 0, "\(answer)")
        #expect(answer.rejected == 1, "\(answer)")
        await service.stop()
    }
}
