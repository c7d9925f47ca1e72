import Contracts
import Messages
import RPC
import Taxonomy
import Testing
import Wire

@testable import Ingest

@Suite("The coverage of rules", .timeLimit(.minutes(5)))
struct CoverageTests {
    @Test("is that of all touches, recounted one by one")
    func recounted() async throws {
        let ingest = try await ServedIngest()
        let world = HistoryWorld(seed: 4, pages: 400)
        try await ingest.write(world)
        let own = [
            ServedIngest.rule("partners", "referral", ["crm"]),
            ServedIngest.rule("nobody", "email", ["no such source"]),
            ServedIngest.rule("search", "paid_search", ["google"]),
        ]
        try await ingest.put(own, after: 0)
        let touches = world.touches(try HistoryWorld.mapper(own, version: 1))
        var request = IngestV1.GetCoverageRequest()
        (request.from, request.to) = ("2026-03-01", "2026-03-03")
        let answer = try await ingest.history.getCoverage(request).message.value()
        let count = touches.count
        #expect(answer.rulesVersion == 1 && answer.sample?.lookedAt == Int64(count))
        #expect(answer.rules.map(\.name).prefix(3) == ["partners", "nobody", "search"])
        #expect(answer.rules.count == 3 + DefaultChannelGroup.rules.count)
        for rule in answer.rules {
            let own = touches.filter { $0.place.rule == rule.name }
            #expect(rule.touches?.isExactly(own.count, of: count) == true, "\(rule.name)")
            #expect(rule.ofDefaultGroup == (rule.priority > 1_000))
            #expect(rule.examples.isEmpty == own.isEmpty)
        }
        #expect(answer.rules.first { $0.name == "nobody" }?.touches?.events == 0)
        let names = Set(own.map(\.name))
        let byOwn = touches.filter { $0.place.rule.map(names.contains) == true }.count
        let byDefault = touches.filter { $0.place.rule.map(names.contains) == false }.count
        let named = touches.filter(\.place.isNamed).count
        #expect(answer.ownRules?.isExactly(byOwn, of: count) == true)
        #expect(answer.defaultGroup?.isExactly(byDefault, of: count) == true)
        #expect(answer.named?.isExactly(named, of: count) == true)
        #expect(answer.unmatched?.isExactly(count - byOwn - byDefault - named, of: count) == true)
        try compare(answer.traffic, touches)
        await ingest.stop()
    }

    /// Holds the most frequent traffic to what all touches say.
    private func compare(
        _ told: [IngestV1.Coverage.Traffic],
        _ touches: [(event: IngestV1.Event, place: HistoryWorld.Place)]
    ) throws {
        var counts: [[String]: Int64] = [:]
        for (event, place) in touches {
            let traffic = HistoryWorld.clues(event).map { TrafficSource($0) }
            let channel = place.channel.isEmpty ? "unassigned" : place.channel
            let key = [
                traffic?.source ?? "", traffic?.medium ?? "", traffic?.campaign ?? "",
                place.rule ?? "", channel,
            ]
            counts[key, default: 0] += 1
        }
        #expect(told.count == 100 && counts.count > 100)
        for row in told {
            let traffic = try #require(row.traffic)
            let key = [traffic.source, traffic.medium, traffic.campaign, row.rule, row.channel]
            #expect(counts[key] == traffic.events, "\(key)")
        }
        let sorted = counts.values.sorted(by: >)
        #expect(told.map { $0.traffic?.events ?? 0 } == Array(sorted.prefix(100)))
    }
}

@Suite("The confidence of channels", .timeLimit(.minutes(5)))
struct ChannelConfidenceTests {
    private func ask(
        _ ingest: ServedIngest,
        _ channel: String = ""
    ) async throws -> IngestV1.ChannelConfidences {
        var request = IngestV1.GetChannelConfidenceRequest()
        (request.from, request.to) = ("2026-03-01", "2026-03-03")
        request.channel = channel
        return try await ingest.history.getChannelConfidence(request).message.value()
    }

    @Test("is that of all touches, recounted one by one")
    func recounted() async throws {
        let ingest = try await ServedIngest()
        let world = HistoryWorld(seed: 5, pages: 400)
        try await ingest.write(world)
        let touches = world.touches(try HistoryWorld.mapper()).map(\.place)
            .filter { !$0.channel.isEmpty }
        let answer = try await ask(ingest)
        #expect(Set(answer.channels.map(\.channel)) == Set(touches.map(\.channel)))
        for channel in answer.channels {
            let own = touches.filter { $0.channel == channel.channel }
            let sorted = own.compactMap(\.confidence).sorted()
            #expect(channel.touches == Int64(own.count))
            #expect(channel.named == Int64(own.filter(\.isNamed).count))
            #expect(abs(channel.confidence - sorted.reduce(0, +) / Double(own.count)) < 1e-6)
            // The k-th smallest, where k is the part of the count, rounded up.
            let (tenth, half) = ((own.count + 9) / 10 - 1, (own.count + 1) / 2 - 1)
            #expect(abs(channel.low - sorted[tenth]) < 1e-6)
            #expect(abs(channel.median - sorted[half]) < 1e-6)
            #expect(channel.unknown == Int64(own.filter(\.isUnknown).count))
            #expect(channel.levels.reduce(0) { $0 + $1.touches } == channel.touches)
            #expect(channel.levels.map(\.confidence) == channel.levels.map(\.confidence).sorted())
        }
        let one = try await ask(ingest, "paid_social")
        #expect(one.channels == answer.channels.filter { $0.channel == "paid_social" })
        await ingest.stop()
    }

    @Test("tells its formula with all terms, of which every confidence is made")
    func formula() async throws {
        let ingest = try await ServedIngest()
        let answer = try await ask(ingest)
        #expect(answer.formula.contains("mean") && answer.leastKnown == 0.5)
        let factors = Dictionary(uniqueKeysWithValues: answer.terms.map { ($0.name, $0.factor) })
        let mapper = try HistoryWorld.mapper()
        for event in HistoryWorld(seed: 6, pages: 300).events {
            guard let clues = HistoryWorld.clues(event) else { continue }
            for term in mapper.map(TrafficSource(clues)).confidence.terms where term.name != "tags"
            {
                #expect(factors[term.name] == term.factor)
            }
        }
        for kind in UTMReport.Kind.allCases {
            #expect(factors["tags.\(kind.rawValue)"] == kind.factor)
        }
        await ingest.stop()
    }

    @Test("is asked for by an alias too, and not for a channel that there is not")
    func channels() async throws {
        let ingest = try await ServedIngest()
        try await ingest.create("letters") { $0.aliases = ["post"] }
        try await ingest.write([
            ServedIngest.event("a") { event in
                event.kind = .click
                event.channel = "post"
            }
        ])
        let answer = try await ask(ingest, "post")
        #expect(answer.channels.map(\.channel) == ["letters"])
        #expect(answer.channels.map(\.named) == [1] && answer.channels.first?.confidence == 1)
        let error = await #expect(throws: RPCError.self) { try await ask(ingest, "pigeons") }
        #expect(error?.code == .notFound)
        await ingest.stop()
    }
}
