import Contracts
import Messages
import Postgres
import RPC
import TestTenants
import Testing
import Wire

@Suite("How good the data of runs are", .timeLimit(.minutes(5)))
struct RunQualityTests {
    /// A click that a rule knows, one that none knows, and an order.
    private static let events = [
        ServedAttribution.event("c1", after: 0) {
            ($0.kind, $0.anonymousID) = (.click, "anna")
            $0.visit = ServedAttribution.visit("google", "cpc", "spring")
        },
        ServedAttribution.event("c2", after: 10) {
            ($0.kind, $0.anonymousID) = (.click, "anna")
            $0.visit = ServedAttribution.visit("zzz", "qqq", "spring")
        },
        ServedAttribution.order("o1", "100", after: 90) { $0.anonymousID = "anna" },
    ]

    /// Spend of yesterday that no channel has.
    private func spend(_ attribution: ServedAttribution) async throws {
        let date = try await attribution.served.fixture.lines("select (current_date - 1)::text")
        var row = IngestV1.SpendRow()
        (row.date, row.platform, row.spend) = (try #require(date.last), "mystery", "5")
        row.currency = "EUR"
        var request = IngestV1.WriteSpendRequest()
        request.rows = [row]
        _ = try await attribution.series.writeSpend(request)
    }

    @Test("is kept with them, as ingest said it when they were computed")
    func kept() async throws {
        let attribution = try await ServedAttribution(asksIngest: true)
        try await attribution.write(Self.events)
        try await attribution.build()
        try await spend(attribution)
        _ = try await attribution.quality.takeSnapshot(.init())
        try await attribution.served.finishJobs(of: attribution.served.members[0])
        let run = try await attribution.finished("linear") { $0.journeys = .init() }
        let quality = try #require(run.dataQuality, "\(run)")
        #expect(quality.touches == 2 && quality.unknownTouches == 1, "\(quality)")
        #expect(quality.unknownTarget == 0.1 && !quality.unknownAdvice.isEmpty)
        let finding = try #require(quality.findings.first, "\(quality)")
        #expect(quality.findings.count == 1 && !finding.isError && !quality.moreFindings)
        #expect(finding.advice.contains("spend mapping") && quality.missing.isEmpty)
        // It stays as it was, and is no part of what the models say.
        let open = try await attribution.quality.listFindings(.init()).message.value().findings
        var note = IngestV1.NoteFindingRequest()
        let first = try #require(open.first)
        (note.number, note.reason, note.muteUntil) = (first.number, "on purpose", first.openTime)
        note.muteUntil?.seconds += 86_400
        _ = try await attribution.quality.noteFinding(note)
        #expect(try await attribution.run(of: run.runID) == run)
        let later = try await attribution.finished("linear") { request in
            request.journeys = .init()
            request.journeys?.asOf = run.createTime
        }
        #expect(later.dataQuality?.findings == [] && later.fingerprint == run.fingerprint)
        await attribution.stop()
    }

    @Test("is asked of the days of their journeys, and of no paths that were imported")
    func days() async throws {
        let attribution = try await ServedAttribution(asksIngest: true)
        try await attribution.importPaths("path,conversions\na > b,3\n")
        #expect(try await attribution.finished("linear").dataQuality == nil)
        try await attribution.write(Self.events)
        try await attribution.build()
        let all = try await attribution.finished("linear") { $0.journeys = .init() }
        let last = try #require(all.dataQuality?.lastDate)
        let part = try await attribution.finished("linear") { request in
            var journeys = AttributionV1.JourneySelection()
            (journeys.firstDay, journeys.lastDay) = (last, last)
            (journeys.clickWindowDays, journeys.viewWindowDays) = (2, 1)
            request.journeys = journeys
        }
        let quality = try #require(part.dataQuality)
        // Touches of its conversions may be of two days before.
        let first = try #require(PostgresDate(text: last)).adding(-2).text
        #expect(quality.firstDate == first && quality.lastDate == last, "\(quality)")
        #expect(quality.touches == 2 && quality.missing.isEmpty, "\(quality)")
        await attribution.stop()
    }
}
