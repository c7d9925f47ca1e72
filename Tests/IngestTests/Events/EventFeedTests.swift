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

@Suite("The feed of events", .serialized, .timeLimit(.minutes(5)))
struct EventFeedTests {
    /// Nobody else's transactions hold the feed back here.
    private static let server = Task { try await PrivatePostgres() }

    /// All that the feed has after a place, and the place after it.
    private func feed(
        _ ingest: ServedIngest,
        after place: String = ""
    ) async throws -> (events: [Int32], next: String) {
        var request = IngestV1.ListEventCommitsRequest()
        request.after = place
        request.pageSize = 3
        var events: [Int32] = []
        while true {
            let answer = try await ingest.events.listEventCommits(request).message.value()
            events += answer.commits.map(\.events)
            request.after = answer.next
            if !answer.hasMore { return (events, answer.next) }
        }
    }

    @Test("has a commit for each write that was new, with the days that it touched")
    func commits() async throws {
        let ingest = try await ServedIngest(on: Self.server.value)
        let events = [
            ServedIngest.event("a"), ServedIngest.event("b", after: 86_400),
            ServedIngest.event("c", after: 86_400),
        ]
        try await ingest.write(events)
        try await ingest.write(events)
        try await ingest.write(events + [ServedIngest.event("d", after: -86_400)])
        let answer = try await ingest.events
            .listEventCommits(IngestV1.ListEventCommitsRequest()).message.value()
        #expect(answer.commits.map(\.events) == [3, 1])
        #expect(answer.commits.map(\.days) == [["2026-03-01", "2026-03-02"], ["2026-02-28"]])
        #expect(!answer.hasMore)
        let told = try await ingest.rows(
            "select commit_id, count(*) from events group by 1 order by 1"
        )
        #expect(told == answer.commits.map { "\($0.commitID)|\($0.events)" })
        await ingest.stop()
    }

    @Test("goes on from any place, page by page")
    func pages() async throws {
        let ingest = try await ServedIngest(on: Self.server.value)
        for batch in 0..<8 {
            try await ingest.write((0...batch).map { ServedIngest.event("\(batch)-\($0)") })
        }
        let all = try await feed(ingest)
        #expect(all.events == (1...8).map { Int32($0) })
        #expect(try await feed(ingest, after: all.next).events.isEmpty)
        #expect(try await feed(ingest, after: all.next).next == all.next)
        try await ingest.write([ServedIngest.event("late")])
        #expect(try await feed(ingest, after: all.next).events == [1])
        for place in ["x", "1", "1-2-3", "-1-2", "99999999999999999999-1"] {
            let error = await #expect(throws: RPCError.self) {
                try await feed(ingest, after: place)
            }
            #expect(error?.code == .invalidArgument)
        }
        await ingest.stop()
    }

    @Test("does not go beyond a transaction that still runs, and does not skip it")
    func slow() async throws {
        let ingest = try await ServedIngest(on: Self.server.value)
        try await ingest.write([ServedIngest.event("before")])
        let start = try await feed(ingest)
        #expect(start.events == [1])
        let context = try ingest.served.context(ingest.served.members[0])
        let scope = try ingest.served.database.scope(for: context, before: SchemaFixture.soon)
        let keys = try await EventStore().keys(in: scope)
        let reader = EventReader(
            TenantKnowledge(
                mapper: try await ingest.mapper(in: scope),
                channels: [:],
                keys: keys
            ),
            origin: "test",
            hasFixedTimes: false,
            now: .now
        )
        let rows = try (0..<7).map { try reader.row(ServedIngest.event("slow\($0)")) }
        try await scope.transaction { transaction in
            _ = try await transaction.run(EventStore.batch(EventGroup([rows])))
            // It has its number, and others overtake it.
            try await ingest.write([ServedIngest.event("fast1"), ServedIngest.event("fast2")])
            let blocked = try await feed(ingest, after: start.next)
            #expect(blocked.events.isEmpty && blocked.next == start.next)
        }
        #expect(try await feed(ingest, after: start.next).events == [7, 2])
        await ingest.stop()
    }
}
