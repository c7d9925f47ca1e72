import Messages
import Taxonomy
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing

@testable import Ingest

@Suite("What visits were found to be")
struct VisitMemoryTests {
    private func reader(_ keys: EventKeys) throws -> EventReader {
        let slugs = Set(DefaultChannelGroup.rules.map(\.channel.description)).sorted()
        let knowledge = TenantKnowledge(
            mapper: ChannelMapper(try RuleSet(DefaultChannelGroup.rules), version: 3),
            channels: Dictionary(uniqueKeysWithValues: slugs.enumerated().map { ($1, Int32($0)) }),
            keys: keys
        )
        return EventReader(knowledge, origin: "test", hasFixedTimes: true, now: .now)
    }

    /// A visit of few sources, tags and addresses, so that many say the same, and some are wrong.
    private static func visit(_ generator: inout SeededGenerator) -> IngestV1.Visit {
        var visit = IngestV1.Visit()
        let pages = [
            "", "/", "/b?x=1", "?gclid=\(generator.number(in: 1...3))", "?utm_source=bing&gclid=",
        ]
        visit.pageURL = generator.pick(["", "https://shop.example"]) + generator.pick(pages)
        visit.referrer = generator.pick(["", "https://www.google.com/", "https://shop.example/a"])
        visit.source = generator.pick(["", "", "google", "e"])
        visit.medium = generator.pick(["", "", "cpc", "mail"])
        visit.campaign = generator.pick(["", String(repeating: "c", count: 1_001), "e"])
        if generator.happens(onceIn: 4) { visit.clickIDs = [generator.pick(["gclid", "none"])] }
        return visit
    }

    @Test("is the same as if each were looked at alone")
    func same() async throws {
        let ingest = try await ServedIngest()
        let context = try ingest.served.context(ingest.served.members[0])
        let scope = try ingest.served.database.scope(for: context, before: SchemaFixture.soon)
        let keys = try await EventStore().keys(in: scope)
        let remembering = try reader(keys)
        var generator = SeededGenerator(seed: 21)
        for number in 0..<1_500 {
            let event = ServedIngest.event("\(number)") { $0.visit = Self.visit(&generator) }
            let alone = try reader(keys)
            let expected = Result { () throws(RowFault) in try alone.row(event).content }
            let found = Result { () throws(RowFault) in try remembering.row(event).content }
            switch (expected, found) {
            case (.success(let expected), .success(let found)):
                #expect(expected.channel == found.channel && found.rulesVersion == 3)
                #expect(expected.confidence == found.confidence)
                #expect(expected.source == found.source && expected.medium == found.medium)
                #expect(expected.campaign == found.campaign && expected.arrival == found.arrival)
            case (.failure(let expected), .failure(let found)): #expect(expected == found)
            default: Issue.record("one is taken, the other is not: \(event)")
            }
        }
        await ingest.stop()
    }
}
