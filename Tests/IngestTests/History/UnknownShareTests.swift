import Contracts
import Messages
import RPC
import Taxonomy
import Testing
import Wire

@testable import Ingest

@Suite("The share of unknown touches", .timeLimit(.minutes(5)))
struct UnknownShareTests {
    private func ask(
        _ ingest: ServedIngest,
        _ change: (inout IngestV1.GetUnknownShareRequest) -> Void = { _ in }
    ) async throws -> IngestV1.UnknownShare {
        var request = IngestV1.GetUnknownShareRequest()
        (request.from, request.to) = ("2026-03-01", "2026-03-03")
        change(&request)
        return try await ingest.history.getUnknownShare(request).message.value()
    }

    @Test("is that of all events, recounted one by one", arguments: [1, 2] as [UInt64])
    func recounted(seed: UInt64) async throws {
        let ingest = try await ServedIngest()
        let world = HistoryWorld(seed: seed, pages: 400)
        try await ingest.write(world)
        let touches = world.touches(try HistoryWorld.mapper())
        let unknown = touches.filter(\.place.isUnknown)
        let answer = try await ask(ingest)
        #expect(answer.touches == Int64(touches.count))
        #expect(answer.unknown == Int64(unknown.count) && unknown.count > 20)
        #expect(answer.share == Double(unknown.count) / Double(touches.count))
        #expect(answer.target == 0.1 && answer.targetMet == (answer.share < 0.1))
        #expect(answer.rulesVersion == 0 && answer.outdated == 0 && answer.timeZone == "UTC")
        #expect(answer.formula.contains("below 0.5"))
        let sample = try #require(answer.sample)
        #expect(!sample.sampled && sample.lookedAt == sample.events)
        #expect(sample.events == answer.unknown)
        #expect(answer.causes.reduce(0) { $0 + ($1.touches?.events ?? 0) } == answer.unknown)
        #expect(answer.causes.allSatisfy { !$0.advice.isEmpty && !$0.examples.isEmpty })
        let medium = answer.causes.first { $0.kind == .unknownMedium }
        #expect(medium?.examples.contains { $0.source == "crm" && $0.events == 9 } == true)
        let nothing = try #require(answer.causes.first { $0.kind == .noEvidence })
        #expect(nothing.touches?.isExactly(9, of: unknown.count) == true)
        // One day of the three.
        let day = unknown.filter { $0.event.occurredAt?.seconds ?? 0 >= 1_772_366_400 + 86_400 }
            .filter { $0.event.occurredAt?.seconds ?? 0 < 1_772_366_400 + 2 * 86_400 - 43_200 }
        let second = try await ask(ingest) { ($0.from, $0.to) = ("2026-03-02", "2026-03-02") }
        #expect(second.unknown == Int64(day.count))
        await ingest.stop()
    }

    /// A rule for a source and a medium together.
    private static func pair(_ source: String, _ medium: String) -> IngestV1.ChannelRule {
        var rule = ServedIngest.rule(source, "email", [source])
        rule.conditions.append(ServedIngest.rule("", "", [medium]).conditions[0])
        rule.conditions[1].tests[0].field = .medium
        return rule
    }

    @Test("has for each cause just the touches that were made to have it")
    func causes() async throws {
        let ingest = try await ServedIngest()
        let site = "https://shop.example/"
        func tagged(_ query: String) -> IngestV1.Visit {
            var visit = IngestV1.Visit()
            visit.pageURL = site + query
            return visit
        }
        // So many events of each as its place says, counted from one.
        let visits: [(IngestV1.UnknownShare.Cause.Kind, IngestV1.Visit?)] = [
            (.noEvidence, nil), (.unfilledTag, tagged("?utm_source=a&utm_medium={{medium}}")),
            (.missingSource, tagged("?utm_medium=email")),
            (.missingMedium, tagged("?utm_source=crm")),
            (.unknownMedium, HistoryWorld.visit("crm", "sale")),
            (.unknownSource, HistoryWorld.visit("crm", "promotion")),
            (.ruleGap, HistoryWorld.visit("pax", "letter")),
            (.outdatedRules, HistoryWorld.visit("erp", "sale")),
        ]
        var events: [IngestV1.Event] = []
        for (index, (_, visit)) in visits.enumerated() {
            for number in 0...index {
                events.append(
                    ServedIngest.event("\(index)-\(number)") { event in
                        event.kind = .click
                        event.visit = visit
                    }
                )
            }
        }
        try await ingest.write(events)
        let rules = [
            ServedIngest.rule("erp", "email", ["erp"]), Self.pair("pax", "promotion"),
            Self.pair("tax", "letter"),
        ]
        try await ingest.put(rules, after: 0)
        let answer = try await ask(ingest)
        #expect(answer.unknown == 36 && answer.touches == 36 && answer.rulesVersion == 1)
        // Those without a visit no rules have mapped.
        #expect(answer.outdated == 35)
        #expect(answer.causes.map(\.kind) == visits.map(\.0).reversed())
        #expect(answer.causes.map { $0.touches?.events } == [8, 7, 6, 5, 4, 3, 2, 1])
        await ingest.stop()
    }

    @Test("is asked for the last thirty days if no days are named, by aliases of channels too")
    func usual() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([
            ServedIngest.event("now") { event in
                event.occurredAt = nil
                event.kind = .click
            }, ServedIngest.event("long ago") { $0.kind = .click },
        ])
        let answer = try await ingest.history
            .getUnknownShare(IngestV1.GetUnknownShareRequest()).message.value()
        #expect(answer.touches == 1 && answer.share == 1 && !answer.targetMet)
        let empty = try await ask(ingest) { ($0.from, $0.to) = ("2025-03-01", "2025-03-01") }
        #expect(empty.touches == 0 && empty.share == 0 && empty.causes.isEmpty)
        await ingest.stop()
    }

    @Test("is estimated by a draw that the seed decides if touches are many")
    func drawn() async throws {
        let ingest = try await ServedIngest()
        var world = HistoryWorld(seed: 3, pages: 0)
        for index in 0..<600 {
            world.add(.click, day: 0) { event in
                if index % 4 == 0 { event.visit = HistoryWorld.visit("crm", "sale") }
            }
        }
        try await ingest.write(world)
        let one = try await ask(ingest) { ($0.mostEvents, $0.seed) = (200, 7) }
        let again = try await ask(ingest) { ($0.mostEvents, $0.seed) = (200, 7) }
        let other = try await ask(ingest) { ($0.mostEvents, $0.seed) = (200, 8) }
        #expect(one == again && one.causes != other.causes)
        let sample = try #require(one.sample)
        #expect(sample.sampled && sample.seed == 7 && sample.events == one.unknown)
        // Five standard errors to each side.
        #expect((140...260).contains(sample.lookedAt))
        let cause = try #require(one.causes.first { $0.kind == .unknownMedium }?.touches)
        #expect(cause.lower < cause.share && cause.share < cause.upper && cause.level == 0.95)
        let truth = 159.0 / Double(one.unknown)
        #expect(abs(cause.share - truth) < (cause.upper - cause.lower) * 1.3)
        await ingest.stop()
    }

    @Test("is not asked for days that are none, or too many touches")
    func faults() async throws {
        let ingest = try await ServedIngest()
        let cases: [(String, (inout IngestV1.GetUnknownShareRequest) -> Void)] = [
            ("from", { $0.from = "March" }), ("to", { $0.to = "2026-02-30" }),
            ("to", { $0.to = "2026-02-01" }), ("most_events", { $0.mostEvents = -1 }),
            ("most_events", { $0.mostEvents = 200_001 }),
        ]
        for (field, change) in cases {
            let error = await #expect(throws: RPCError.self) { try await ask(ingest, change) }
            #expect(error?.explanation.violations.map(\.field) == [field])
        }
        let long = await #expect(throws: RPCError.self) {
            try await ask(ingest) { $0.from = "2020-01-01" }
        }
        #expect(long?.code == .invalidArgument)
        await ingest.stop()
    }
}
