import Contracts
import Messages
import RPC
import TestTenants
import Testing
import Wire

@Suite("How sure journeys are, and whose partners they came by", .timeLimit(.minutes(5)))
struct ConfidenceTests {
    private static func click(
        _ id: String,
        after minutes: Int64,
        _ source: String,
        _ medium: String,
        _ change: (inout IngestV1.Event) -> Void = { _ in }
    ) -> IngestV1.Event {
        ServedAttribution.event(id, after: minutes) {
            $0.kind = .click
            $0.visit = ServedAttribution.visit(source, medium)
            change(&$0)
        }
    }

    private static let events = [
        click("1", after: 1, "awin", "affiliate"),
        click("2", after: 2, "google", "cpc") {
            $0.visit?.pageURL = "https://a.example/?utm_content=text"
        },
        // No rule has a channel for it.
        click("3", after: 3, "somebody", "something") { $0.visit?.content = "banner" },
        click("4", after: 4, "", "") { $0.channel = "email" },
        ServedAttribution.order("o1", "10", after: 5),
        ServedAttribution.order("o2", "10", after: 6) { $0.anonymousID = "other" },
    ]

    @Test("is the mean of how sure the channels of touches are")
    func mean() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.write(Self.events)
        try await attribution.build()
        let ingest = try await attribution.rows(
            "select confidence from events where event_id in ('1', '2', '3') order by event_id"
        )
        .compactMap { Double($0) }
        #expect(ingest.count == 3 && ingest.allSatisfy { $0 > 0 && $0 <= 1 })
        var request = AttributionV1.GetTimelineRequest()
        (request.id, request.journeys) = ("a:visitor", AttributionV1.JourneySelection())
        let journey = try #require(
            try await attribution.journeys.getTimeline(request).message.value().journeys.first
        )
        let told = journey.touches.map(\.confidence)
        #expect(zip(told, ingest).allSatisfy { abs($0 - $1) < 1e-6 }, "\(told) \(ingest)")
        #expect(told.count == 4 && told[3] == 1)
        let mean = try #require(journey.confidence)
        #expect(abs(mean - told.reduce(0, +) / 4) < 1e-12)
        request.id = "a:other"
        let none = try await attribution.journeys.getTimeline(request).message.value()
        #expect(none.journeys.first?.confidence == nil && none.journeys.count == 1)
        await attribution.stop()
    }

    @Test("are credited by partner and by ad, and all others together")
    func grains() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.write(Self.events)
        try await attribution.build()
        func credit(
            by grain: AttributionV1.JourneySelection.Grain
        ) async throws -> [String: Double] {
            let run = try await attribution.run("linear") { request in
                request.journeys = AttributionV1.JourneySelection()
                request.journeys?.grain = grain
                request.replicates = 0
            }
            let credit = try #require(run.models.first).channels
            #expect(credit.allSatisfy { $0.cost == nil })
            return Dictionary(credit.map { ($0.channel, $0.conversions) }) { $0 + $1 }
        }
        #expect(try await credit(by: .partner) == ["(none)": 0.75, "awin": 0.25])
        #expect(try await credit(by: .ad) == ["(none)": 0.5, "banner": 0.25, "text": 0.25])
        await attribution.stop()
    }
}
