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

@Suite("Whoever writes while a person is forgotten", .timeLimit(.minutes(10)))
struct ForgettingRacesTests {
    /// A page of `ada`, of a time that is over.
    private static func page(
        _ id: String,
        _ change: (inout IngestV1.Event) -> Void = { _ in }
    ) -> IngestV1.Event {
        ServedIngest.event(id) { event in
            event.userID = "ada"
            change(&event)
        }
    }

    private func forgetAda(_ ingest: ServedIngest) -> Task<IngestV1.Forgetting?, Never> {
        Task { try? await ingest.forget { $0.userID = "ada" } }
    }

    @Test("has written before: the forgetting waits, and finds it")
    func writerFirst() async throws {
        let ingest = try await ServedIngest()
        let batch = try await ingest.batch([Self.page("a"), Self.page("b")])
        let forgetting = try await ingest.scope.transaction { transaction in
            _ = try await transaction.run(batch)
            let forgetting = forgetAda(ingest)
            try await ingest.waiters(1)
            return forgetting
        }
        let told = await forgetting.value
        #expect(told?.events == 2 && told?.edges == 1 && told?.ids == 2)
        #expect(try await ingest.rows("select count(*) from events") == ["0"])
        #expect(try await ingest.rows("select count(*) from identity_edges") == ["0"])
        await ingest.stop()
    }

    @Test("writes after: it waits, and is told that the person was forgotten, whatever it knew")
    func forgettingFirst() async throws {
        let ingest = try await ServedIngest()
        // The service knows now that nobody is forgotten.
        try await ingest.write([ServedIngest.event("first") { $0.anonymousID = "else" }])
        let calls = try await ingest.scope.transaction { transaction in
            try await ingest.forget(user: "ada", in: transaction)
            let good = Task {
                try? await ingest.write([
                    Self.page("a"), ServedIngest.event("b") { $0.anonymousID = "else" },
                ])
            }
            let wrong = Task { try? await ingest.write([Self.page("c") { $0.value = "x" }]) }
            try await ingest.waiters(2)
            return (good, wrong)
        }
        let (good, wrong) = (await calls.0.value, await calls.1.value)
        #expect(good?.counts == [1, 0, 0] && good?.refused == 1)
        #expect(wrong?.counts == [0, 0, 0] && wrong?.refused == 1)
        #expect(
            try await ingest.rows("select event_id from events order by 1") == ["b", "first"]
        )
        #expect(try await ingest.rows("select count(*) from rejected_rows") == ["0"])
        await ingest.stop()
    }

    @Test("knows an old state writes nothing, not by its own connection either")
    func oldState() async throws {
        let ingest = try await ServedIngest()
        let batch = try await ingest.batch([Self.page("a"), ServedIngest.event("b")])
        try await ingest.scope.transaction { try await ingest.forget(user: "ada", in: $0) }
        #expect(try EventStore.known(try await ingest.scope.write(batch)) == nil)
        for table in ["events", "identity_edges", "event_seen", "event_commits"] {
            #expect(try await ingest.rows("select count(*) from \(table)") == ["0"])
        }
        await ingest.stop()
    }

    @Test("knows old rules as well: it learns of both, and the others' are stored by the new ones")
    func oldRules() async throws {
        let ingest = try await ServedIngest()
        // The service knows now that nobody is forgotten, and the rules of version 0.
        try await ingest.write([ServedIngest.event("first") { $0.anonymousID = "else" }])
        try await ingest.scope.transaction { try await ingest.forget(user: "ada", in: $0) }
        let stored = StoredRules(
            version: 1,
            own: [ServedIngest.rule("partners", "referral", ["crm"])],
            hasDefaultGroup: true,
            reason: "a test",
            actor: "user:other",
            time: .now
        )
        try await RuleStore().put(stored, naming: [], in: ingest.scope) { _ in }
        let click = ServedIngest.event("b") { event in
            (event.kind, event.anonymousID) = (.click, "else")
            event.visit = HistoryWorld.visit("crm", "sale")
        }
        let answer = try await ingest.write([Self.page("a"), click])
        #expect(answer.counts == [1, 0, 0] && answer.refused == 1)
        let told = try await ingest.rows(
            """
            select event_id, slug, rules_version from events join channels on number = channel
            where kind = 2
            """
        )
        #expect(told == ["b|referral|1"])
        #expect(try await ingest.rows("select count(*) from identity_edges") == ["0"])
        await ingest.stop()
    }

    @Test("replays what was rejected: it is not written, and goes with the rest")
    func replay() async throws {
        let ingest = try await ServedIngest()
        let event = Self.page("a") { $0.channel = "radio" }
        #expect(try await ingest.write([event]).rejected == 1)
        // Forgotten, and nothing of it deleted yet.
        try await ingest.scope.transaction { try await ingest.forget(user: "ada", in: $0) }
        try await ingest.create("radio")
        var request = IngestV1.ReplayRejectedRowsRequest()
        request.filter = IngestV1.RejectedRowFilter()
        request.filter?.kind = "event"
        let answer = try await ingest.rejected.replayRejectedRows(request).message.value()
        #expect(answer.replayed == 0 && answer.rows.map(\.reason) == ["forgotten"])
        #expect(try await ingest.rows("select count(*) from events") == ["0"])
        // What one forgetting has begun, the next ends: also for ids that are joined no more.
        try await ingest.rows("update forgetting_ids set id = 'a:visitor' where id = 'u:ada'")
        try await ingest.rows(
            "insert into forgetting_ids select forgetting, 'u:ada' from forgetting_ids"
        )
        let told = try await ingest.forget { $0.anonymousID = "visitor" }
        #expect(told.ids == 2 && told.rejectedRows == 1)
        #expect(try await ingest.rows("select count(*) from forgetting_ids") == ["0"])
        #expect(try await ingest.rows("select count(*) from rejected_rows") == ["0"])
        await ingest.stop()
    }

    @Test("writes all the time, from several sides: nothing of the person stays")
    func storm() async throws {
        var limits = ServedIngest.limits(areSmall: true)
        limits.window = 200
        let ingest = try await ServedIngest(erasing: limits)
        let isOver = Locked(false)
        let sent = try await withThrowingTaskGroup(of: (Int32, Int32).self) { group in
            for sender in 0..<4 {
                group.addTask {
                    var (all, told) = (Int32(0), Int32(0))
                    while !isOver.withLock({ $0 }), all < 2_000 {
                        let events = (0..<20).map { index in
                            let id = "\(sender)-\(all)-\(index)"
                            return index.isMultiple(of: 2)
                                ? Self.page(id) : ServedIngest.event(id) { $0.anonymousID = "b" }
                        }
                        let answer = try await ingest.write(events) {
                            $0.hasFixedTimes = sender.isMultiple(of: 2)
                        }
                        #expect(answer.accepted + answer.refused == 20)
                        told += answer.refused
                        all += 20
                    }
                    return (all, told)
                }
            }
            while try await ingest.rows("select count(*) > 200 from events") != ["t"] {}
            let first = try await ingest.forget { $0.userID = "ada" }
            #expect(first.events > 50)
            try await ingest.forget { $0.userID = "somebody" }
            isOver.withLock { $0 = true }
            return try await group.reduce(into: (Int32(0), Int32(0))) {
                $0 = ($0.0 + $1.0, $0.1 + $1.1)
            }
        }
        #expect(sent.1 > 0)
        let left = try await ingest.rows(
            "select count(*) filter (where user_id = 'ada'), count(*) from events"
        )
        #expect(left == ["0|\(sent.0 / 2)"])
        #expect(try await ingest.rows("select count(*) from identity_edges") == ["0"])
        await ingest.stop()
    }

    @Test("asks about each group's own where more are forgotten than are kept")
    func many() async throws {
        let ingest = try await ServedIngest()
        try await ingest.forget { $0.userID = "ada" }
        try await ingest.rows(
            """
            insert into forgotten select gen_random_uuid(), id, now(), false
            from forgettings, generate_series(1, 10001)
            """
        )
        let answer = try await ingest.write([Self.page("a"), ServedIngest.event("b")])
        // The visitor was not joined to the person then.
        #expect(answer.counts == [1, 0, 0] && answer.refused == 1)
        try await ingest.forget { $0.anonymousID = "visitor" }
        #expect(try await ingest.write([ServedIngest.event("c")]).refused == 1)
        await ingest.stop()
    }
}
