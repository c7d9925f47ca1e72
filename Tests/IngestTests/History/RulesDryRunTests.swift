import Contracts
import Messages
import RPC
import Taxonomy
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("A dry run of rules", .timeLimit(.minutes(5)))
struct RulesDryRunTests {
    private static let rules = [
        ServedIngest.rule("partners", "referral", ["crm"]),
        ServedIngest.rule("search", "email", ["google"]),
    ]

    private func run(
        _ ingest: ServedIngest,
        _ change: (inout IngestV1.DryRunRulesRequest) -> Void = { _ in }
    ) async throws -> IngestV1.RulesDryRun {
        var request = IngestV1.DryRunRulesRequest()
        request.rules = Self.rules
        (request.from, request.to) = ("2026-03-01", "2026-03-03")
        change(&request)
        return try await ingest.history.dryRunRules(request).message.value()
    }

    @Test("says what a map of each event by the old and the new rules says")
    func recounted() async throws {
        let ingest = try await ServedIngest()
        let world = HistoryWorld(seed: 8, pages: 400)
        try await ingest.write(world)
        let answer = try await run(ingest)
        let (old, new) = (try HistoryWorld.mapper(), try HistoryWorld.mapper(Self.rules))
        let mapped = world.events.filter { $0.visit != nil && $0.channel.isEmpty }
        var moves: [[String]: Int] = [:]
        for event in mapped {
            let (before, after) = (
                HistoryWorld.place(event, old).channel, HistoryWorld.place(event, new).channel
            )
            if before != after { moves[[before, after], default: 0] += 1 }
        }
        #expect(moves.count > 2)
        #expect(answer.sample?.events == Int64(mapped.count) && answer.sample?.sampled == false)
        #expect(answer.moves.count == moves.count)
        for move in answer.moves {
            let count = moves[[move.fromChannel, move.toChannel]] ?? 0
            #expect(move.events?.isExactly(count, of: mapped.count) == true)
            #expect(!move.examples.isEmpty)
        }
        let all = moves.values.reduce(0, +)
        #expect(answer.moved?.isExactly(all, of: mapped.count) == true)
        let touches = world.touches(old).filter { $0.event.visit != nil && !$0.place.isNamed }
            .map { (before: $0.place, after: HistoryWorld.place($0.event, new)) }
        let count = touches.count
        #expect(answer.touches == Int64(count))
        let shares: [(IngestV1.EventShare?, Int)] = [
            (answer.unknownBefore, touches.filter(\.before.isUnknown).count),
            (answer.unknownAfter, touches.filter(\.after.isUnknown).count),
            (
                answer.outOfUnknown,
                touches.filter { $0.before.isUnknown && !$0.after.isUnknown }.count
            ),
            (
                answer.intoUnknown,
                touches.filter { !$0.before.isUnknown && $0.after.isUnknown }.count
            ),
        ]
        for (share, number) in shares { #expect(share?.isExactly(number, of: count) == true) }
        #expect(shares[2].1 >= 9)
        let tenths = Int((Double(shares[2].1) / Double(count) * 1_000).rounded())
        #expect(
            answer.summary.hasPrefix("would move \(tenths / 10).\(tenths % 10) % of the touches")
        )
        // Nothing has changed.
        let versions = try await ingest.rows(
            "select count(*) from channel_rules union all select max(rules_version) from events"
        )
        #expect(versions == ["0", "0"])
        await ingest.stop()
    }

    @Test("is what a remap then does")
    func kept() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write(HistoryWorld(seed: 9, pages: 200))
        let promised = try await run(ingest)
        try await ingest.put(Self.rules, after: 0) { $0.remapsHistory = true }
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        let after = try await run(ingest)
        #expect(after.moves.isEmpty && after.moved?.events == 0)
        #expect(after.unknownBefore == promised.unknownAfter)
        #expect(after.unknownAfter == promised.unknownAfter)
        await ingest.stop()
    }

    @Test("looks at a draw of many events, and says so; the seed decides which")
    func drawn() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write(HistoryWorld(seed: 10, pages: 600))
        let all = try await run(ingest)
        let one = try await run(ingest) { ($0.mostEvents, $0.seed) = (150, 1) }
        #expect(try await run(ingest) { ($0.mostEvents, $0.seed) = (150, 1) } == one)
        #expect(one.sample?.sampled == true && one.sample?.events == all.sample?.events)
        #expect(one.summary.contains("about "))
        #expect(one.sample?.lookedAt ?? 0 < 220)
        // Of a hundred draws about five miss the truth by more than their intervals.
        var hits = 0
        for seed in 1...100 {
            let drawn = try await run(ingest) { ($0.mostEvents, $0.seed) = (150, Int64(seed)) }
            let share = try #require(drawn.moved)
            if (share.lower...share.upper).contains(all.moved?.share ?? -1) { hits += 1 }
        }
        #expect(hits >= 88)
        await ingest.stop()
    }

    @Test("refuses rules that could not be put")
    func faults() async throws {
        let ingest = try await ServedIngest()
        let unknown = await #expect(throws: RPCError.self) {
            try await run(ingest) { $0.rules = [ServedIngest.rule("x", "pigeons", ["x"])] }
        }
        #expect(unknown?.explanation.violations.map(\.field) == ["rules[0].channel"])
        let pattern = await #expect(throws: RPCError.self) {
            try await run(ingest) { $0.rules = [ServedIngest.rule("x", "email", ["("], .regex)] }
        }
        #expect(pattern?.code == .invalidArgument)
        let both = await #expect(throws: RPCError.self) {
            try await ingest.put([], after: 0) {
                ($0.validateOnly, $0.remapsHistory) = (true, true)
            }
        }
        #expect(both?.explanation.violations.map(\.field) == ["remaps_history"])
        await ingest.stop()
    }
}
