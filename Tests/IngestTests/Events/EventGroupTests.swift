import Messages
import Net
import Postgres
import RPC
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing

@testable import Ingest

@Suite("Events that are written together", .timeLimit(.minutes(10)))
struct EventGroupTests {
    /// Has a transaction hold an event's key while a closure runs: those who write it wait.
    private func holding(
        _ id: String,
        _ ingest: ServedIngest,
        _ body: () async throws -> [Task<Void, Never>]
    ) async throws {
        struct Enough: Error {}
        var calls: [Task<Void, Never>] = []
        let context = try ingest.served.context(ingest.served.members[0])
        let scope = try ingest.served.database.scope(for: context, before: SchemaFixture.soon)
        let reader = EventReader(
            TenantKnowledge(
                mapper: try await ingest.mapper(in: scope),
                channels: [:],
                keys: try await EventStore().keys(in: scope)
            ),
            origin: "test",
            hasFixedTimes: false,
            now: .now
        )
        let row = try reader.row(ServedIngest.event(id))
        await #expect(throws: Enough.self) {
            try await scope.transaction { transaction in
                _ = try await transaction.run(EventStore.batch(EventGroup([[row]])))
                calls = try await body()
                throw Enough()
            }
        }
        for call in calls { await call.value }
    }

    /// Waits until so many of the service's sessions wait for a lock.
    private func waiting(_ count: Int, _ ingest: ServedIngest) async throws {
        let sql = """
            select count(*) from pg_stat_activity
            where wait_event_type = 'Lock' and datname = current_database()
            """
        try await ingest.wait(for: sql, of: ["\(count)"])
    }

    @Test("stand in the feed if they join ids, also if all of them were stored before")
    func joined() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([ServedIngest.event("first")])
        let again = try await ingest.write([ServedIngest.event("first") { $0.userID = "anna" }])
        #expect(again.counts == [0, 1, 0])
        #expect(
            try await ingest.rows(
                """
                select i.one, i.other, c.events, c.deleted, c.days
                from ingest_v1_identities i join ingest_v1_commits c using (commit_id)
                """
            ) == ["a:visitor|u:anna|0|0|{}"]
        )
        // What is joined already is nothing new.
        try await ingest.write([ServedIngest.event("first") { $0.userID = "anna" }])
        #expect(try await ingest.rows("select count(*) from ingest_v1_commits") == ["2"])
        await ingest.stop()
    }

    @Test("are those of calls that came while others were being written")
    func together() async throws {
        let ingest = try await ServedIngest()
        // What the catalogue has to read has been read.
        try await ingest.write([ServedIngest.event("first")])
        let answers = Locked<[Int: [Int32]]>([:])
        @Sendable func begin(_ number: Int, _ ids: [String]) -> Task<Void, Never> {
            Task {
                let answer = try? await ingest.write(ids.map { ServedIngest.event($0) })
                answers.withLock { $0[number] = answer?.counts }
            }
        }
        try await holding("held", ingest) {
            var calls = [begin(0, ["held", "a"])]
            try await waiting(1, ingest)
            calls.append(begin(1, ["held", "b"]))
            try await ingest.underWay(2)
            // Both ways are taken: these wait for one of them.
            calls += (2..<20).map { begin($0, ["c\($0)", "a", "first"]) }
            try await ingest.underWay(20)
            return calls
        }
        let all = answers.withLock { $0 }
        #expect(all[0]?.reduce(0, +) == 2 && all[1]?.reduce(0, +) == 2)
        for number in 2..<20 { #expect(all[number] == [1, 2, 0]) }
        #expect(
            try await ingest.rows("select count(*), count(distinct event_id) from events")
                == ["22|22"]
        )
        #expect(
            try await ingest.rows("select sum(events), count(*) < 6 from event_commits")
                == ["22|t"]
        )
        await ingest.stop()
    }

    @Test("fail alone where the database refuses what one call brought")
    func guilty() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([ServedIngest.event("first")])
        // A rule that the service does not know of.
        try await ingest.rows(
            "alter table events add constraint guilty check (name is distinct from 'guilty')"
        )
        let failures = Locked<[Int]>([])
        @Sendable func begin(_ number: Int, _ id: String) -> Task<Void, Never> {
            Task {
                do {
                    let isGuilty = number == 5 || number == 11
                    try await ingest.write([
                        ServedIngest.event(id) { $0.name = isGuilty ? "guilty" : "" }
                    ])
                } catch {
                    failures.withLock { $0.append(number) }
                }
            }
        }
        try await holding("held", ingest) {
            var calls = [begin(0, "held")]
            try await waiting(1, ingest)
            calls.append(begin(1, "held"))
            try await ingest.underWay(2)
            calls += (2..<16).map { begin($0, "\($0)") }
            try await ingest.underWay(16)
            return calls
        }
        #expect(failures.withLock { $0.sorted() } == [5, 11])
        // The first, the one that was held, and fourteen less two.
        #expect(try await ingest.rows("select count(*) from events") == ["14"])
        await ingest.stop()
    }

    @Test("are written even if their caller has gone")
    func gone() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([ServedIngest.event("first")])
        try await holding("held", ingest) {
            let call = Task {
                try await ingest.write([ServedIngest.event("held"), ServedIngest.event("mine")])
            }
            try await waiting(1, ingest)
            call.cancel()
            await #expect(throws: (any Error).self) { try await call.value }
            return []
        }
        try await ingest.wait(
            for: "select event_id from events order by 1",
            of: ["first", "held", "mine"]
        )
        await ingest.stop()
    }
}
