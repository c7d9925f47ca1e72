import Contracts
import Messages
import Net
import Postgres
import RPC
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("Once rules are put, no event is stored by older ones", .timeLimit(.minutes(10)))
struct RulesFenceTests {
    private static let rules = [ServedIngest.rule("partners", "referral", ["crm"])]

    /// A click that the default group has no rule for.
    private static func click(_ id: String) -> IngestV1.Event {
        ServedIngest.event(id) { event in
            event.kind = .click
            event.visit = HistoryWorld.visit("crm", "sale")
        }
    }

    /// Puts rules as another instance of the service does: this one does not notice.
    private func putElsewhere(
        _ rules: [IngestV1.ChannelRule],
        after version: Int64,
        _ ingest: ServedIngest
    ) async throws {
        let stored = StoredRules(
            version: version + 1,
            own: rules,
            hasDefaultGroup: true,
            reason: "a test",
            actor: "user:other",
            time: .now
        )
        try await RuleStore().put(stored, naming: [], in: ingest.scope) { _ in }
    }

    private func stored(_ ingest: ServedIngest) async throws -> [String] {
        try await ingest.rows(
            """
            select event_id, slug, rules_version from events
            left join channels on number = channel order by event_id
            """
        )
    }

    @Test("though an instance still knows the older ones")
    func stale() async throws {
        let ingest = try await ServedIngest()
        // Now it knows version 0 for five seconds.
        try await ingest.write([Self.click("a")])
        try await putElsewhere(Self.rules, after: 0, ingest)
        let answer = try await ingest.write([Self.click("b"), Self.click("a"), Self.click("b")])
        #expect(answer.counts == [1, 2, 0])
        #expect(try await stored(ingest) == ["a|unassigned|0", "b|referral|1"])
        // Nothing was written in vain: neither ids of persons nor commits.
        #expect(
            try await ingest.rows("select sum(events), count(*) from event_commits") == ["2|2"]
        )
        await ingest.stop()
    }

    @Test("nor ids of persons that came with such an event before it")
    func edges() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([Self.click("a")])
        try await putElsewhere(Self.rules, after: 0, ingest)
        var event = Self.click("b")
        event.userID = "someone"
        try await ingest.write([event])
        let told = try await ingest.rows(
            "select count(*), count(c.commit_id) from identity_edges left join event_commits c "
                + "using (commit_id)"
        )
        #expect(told == ["1|1"])
        await ingest.stop()
    }

    @Test("for whoever puts them waits for events that are being written")
    func written() async throws {
        let ingest = try await ServedIngest()
        let scope = try ingest.scope
        let reader = EventReader(
            TenantKnowledge(
                mapper: try await ingest.mapper(in: scope),
                channels: try await ChannelStore().numbers(in: scope),
                keys: try await EventStore().keys(in: scope)
            ),
            origin: "test",
            hasFixedTimes: false,
            now: .now
        )
        let row = try reader.row(Self.click("slow"))
        let put = try await scope.transaction { transaction in
            _ = try await transaction.run(EventStore.batch(EventGroup([[row]])))
            let put = Task {
                try await ingest.put(Self.rules, after: 0) { $0.remapsHistory = true }
            }
            try await ingest.waiters(1)
            #expect(try await ingest.rows("select count(*) from channel_rules") == ["0"])
            return put
        }
        let remap = try await ingest.finish(try await put.value.remapOperation)
        #expect(remap.mapped == 1 && remap.changed == 1)
        #expect(try await stored(ingest) == ["slow|referral|1"])
        await ingest.stop()
    }

    @Test("for what is written meanwhile waits, and is mapped by them")
    func waiting() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([Self.click("a")])
        let stored = StoredRules(
            version: 1,
            own: Self.rules,
            hasDefaultGroup: true,
            reason: "a test",
            actor: "user:other",
            time: .now
        )
        let writing = Locked<Task<[Int32], any Error>?>(nil)
        try await RuleStore().put(stored, naming: [], in: ingest.scope) { _ in
            let task = Task { try await ingest.write([Self.click("b")]).counts }
            writing.withLock { $0 = task }
            try await ingest.waiters(1)
        }
        #expect(try await writing.withLock { $0 }?.value == [1, 0, 0])
        #expect(try await self.stored(ingest) == ["a|unassigned|0", "b|referral|1"])
        await ingest.stop()
    }

    @Test("nor is a rejected one that is replayed")
    func replayed() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([Self.click("a")])
        var event = Self.click("c")
        event.channel = "letters"
        #expect(try await ingest.write([event]).counts == [0, 0, 1])
        // Mended in the quarantine's table, as nobody can do who serves: the channel is not named.
        event.channel = ""
        let hex = Array(copying: event.encoded().bytes).hexadecimal
        try await ingest.rows("update rejected_rows set body = '\\x\(hex)'")
        try await putElsewhere(Self.rules, after: 0, ingest)
        let replay = try await ingest.rejected
            .replayRejectedRows(IngestV1.ReplayRejectedRowsRequest()).message.value()
        #expect(replay.replayed == 1)
        #expect(try await stored(ingest) == ["a|unassigned|0", "c|referral|1"])
        await ingest.stop()
    }

    /// Puts other rules, here or elsewhere in turn, and has history mapped by them.
    private func put(_ version: Int, _ ingest: ServedIngest) async throws {
        let channel = ["referral", "email", "display"][version % 3]
        let rules = [ServedIngest.rule("partners", channel, ["crm"])]
        if version.isMultiple(of: 2) {
            try await ingest.put(rules, after: Int64(version)) { $0.remapsHistory = true }
        } else {
            try await putElsewhere(rules, after: Int64(version), ingest)
            _ = try await ingest.history.remapHistory(IngestV1.RemapHistoryRequest())
        }
    }

    @Test("whatever is written while rules are put and history is mapped, again and again")
    func underFire() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 50)
        let rounds = 12
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for call in 0..<60 {
                        let clicks = (0..<5).map { Self.click("\(writer)-\(call)-\($0)") }
                        let answer = try await ingest.write(clicks)
                        #expect(answer.accepted == 5)
                        // The others write on, and most of them know older rules.
                        if writer == 0, call % 4 == 0, call / 4 < rounds {
                            try await put(call / 4, ingest)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        let told = try await ingest.rows(
            """
            select slug, rules_version, count(*) from events
            join channels on number = channel group by 1, 2
            """
        )
        #expect(told == ["display|\(rounds)|1200"])
        // Each event is of a commit that the feed tells of.
        let lost = try await ingest.rows(
            """
            select count(*) from events
            where commit_id not in (select commit_id from event_commits)
            """
        )
        #expect(lost == ["0"])
        await ingest.stop()
    }
}
