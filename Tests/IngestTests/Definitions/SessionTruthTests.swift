import Contracts
import Messages
import Postgres
import Simulator
import TestKit
import TestTenants
import Testing
import Touches
import Wire

@testable import Ingest

@Suite("Visits of which the truth is known", .timeLimit(.minutes(5)))
struct SessionTruthTests {
    private static func pages(seed: UInt64, visitors: Int) -> [LabelledPage] {
        var simulator = SessionSimulator(seed: seed)
        return (0..<visitors).flatMap { simulator.pages(of: "v\($0)") }
    }

    private static func events(_ pages: [LabelledPage]) -> [IngestV1.Event] {
        pages.map { page in
            ServedIngest.event(page.id, after: page.second) { event in
                event.anonymousID = page.visitor
                event.visit = IngestV1.Visit()
                event.visit?.pageURL = page.page
                event.visit?.referrer = page.referrer
            }
        }
    }

    @Test("are found by the rule, page by page, in the published view")
    func truth() async throws {
        let ingest = try await ServedIngest()
        let pages = Self.pages(seed: 3, visitors: 120)
        let truth = pages.filter(\.beginsVisit).map(\.id)
        #expect(pages.count > truth.count && truth.count > 240)
        var random = SeededGenerator(seed: 3)
        // In no order, as collectors send them.
        try await ingest.write(Self.events(pages).shuffled(using: &random))
        let rows = try await ingest.rows(
            """
            select anonymous_id, event_id, (extract(epoch from occurred_at) * 1000000)::bigint,
                source, arrival
            from ingest_v1_events order by anonymous_id, occurred_at, key
            """
        )
        var readers: [Substring: TouchReader] = [:]
        let rule = try TouchRule(.standard)
        var found: [String] = []
        for row in rows {
            let parts = row.split(separator: "|", omittingEmptySubsequences: false)
            var reader = readers[parts[0]] ?? TouchReader(rule)
            let facts = TouchFacts(
                kind: .page,
                time: try #require(Int64(parts[2])),
                name: "",
                source: String(parts[3]),
                arrival: PostgresUUID(String(parts[4]))
            )
            if reader.take(facts) != nil { found.append(String(parts[1])) }
            readers[parts[0]] = reader
        }
        #expect(found.sorted() == truth.sorted())
        await ingest.stop()
    }

    @Test("are counted when a rule is tried, beside those of the rule in force; of a sample too")
    func tried() async throws {
        let ingest = try await ServedIngest()
        let pages = Self.pages(seed: 4, visitors: 100)
        try await ingest.write(Self.events(pages))
        var rule = IngestV1.TouchRule.standard
        rule.keepsSessions = true
        let draft = try await ingest.draft(.touchRule(rule))
        let report = try await ingest.validate(draft)
        let touches = try #require(report.touches)
        #expect(touches.pages == Int64(pages.count) && touches.visitors == 100)
        let truth = Int64(pages.count(where: \.beginsVisit))
        #expect(touches.counts.map(\.activeTouches).reduce(0, +) == truth)
        // Those that began by an ad while another visit lasted are no visits of their own.
        let ads = Int64(pages.count { $0.beginsVisit && $0.page.contains("/sale?") })
        #expect(touches.counts.map(\.touches).reduce(0, +) == truth - ads)
        #expect(touches.changedEvents == ads && touches.examples.count == 10)
        #expect(report.activeVersion == 1 && report.sample?.sampled == false)
        let sampled = try await ingest.validate(draft) { ($0.mostEvents, $0.seed) = (200, 5) }
        let again = try await ingest.validate(draft) { ($0.mostEvents, $0.seed) = (200, 5) }
        let few = try #require(sampled.touches)
        #expect(sampled.sample?.sampled == true && few.visitors < 100 && few.visitors > 0)
        #expect(few == again.touches)
        await ingest.stop()
    }
}
