import Contracts
import Messages
import RPC
import Tenancy
import TestTenants
import Testing

@testable import Ingest

@Suite("Changes of series", .timeLimit(.minutes(5)))
struct SeriesCommitTests {
    /// What a reader is told who has read up to a place, in the order in which he goes on.
    private func commits(
        _ ingest: ServedIngest,
        after place: String = "('0'::xid8, 0::bigint)"
    ) async throws -> [String] {
        try await ingest.lines(
            """
            select commit_id, kind, days from ingest_v1_series_commits
            where (xid, commit_id) > \(place) order by xid, commit_id
            """
        )
    }

    /// The same once so many are there: others on the server may hold them back for a while.
    private func commits(_ ingest: ServedIngest, count: Int) async throws -> [String] {
        while true {
            let found = try await commits(ingest)
            if found.count >= count { return found }
            await Task.yield()
        }
    }

    @Test("are told to readers in an order in which a slow one that commits last is not skipped")
    func slow() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([.row("2026-01-01", "1")])
        #expect(try await commits(ingest, count: 1).count == 1)
        let place = try await ingest.lines(
            "select format('(%L::xid8, %s)', xid, commit_id) from series_commits"
        )
        let served = ingest.served
        let scope = try served.database.scope(
            for: try served.context(served.members[0]),
            before: SchemaFixture.soon
        )
        let writer = SeriesWriter(SpendMappingCatalogue())
        let slow = try await scope.transaction { transaction in
            let row = IngestV1.SpendRow.row("2026-01-02", "2")
            let result = try await writer.write([row], as: SpendRow.self, in: transaction, scope)
            // Others begin later, and are done.
            let late = try await ingest.write([.row("2026-01-03", "3")])
            #expect(late.commitID > 0)
            #expect(try await commits(ingest, after: try #require(place.first)) == [])
            return result
        }
        let told = try await commits(ingest, count: 3)
        #expect(told.count == 3)
        #expect(told[1] == "\(try #require(slow.commit))|spend|{2026-01-02}")
        #expect(told[2].hasSuffix("|spend|{2026-01-03}"))
        // The reader who was told the first goes on with both.
        #expect(try await commits(ingest, after: try #require(place.first)).count == 2)
        await ingest.stop()
    }

    @Test("are carried by the rows that they have written last")
    func rows() async throws {
        let ingest = try await ServedIngest()
        let first = try await ingest.write([.row("2026-01-01", "1"), .row("2026-01-02", "1")])
        let second = try await ingest.write([.row("2026-01-01", "1"), .row("2026-01-02", "2")])
        #expect(
            try await ingest.lines("select commit_id from spend order by day")
                == ["\(first.commitID)", "\(second.commitID)"]
        )
        #expect(
            try await ingest.lines("select row_count, days from series_commits order by commit_id")
                == ["2|{2026-01-01,2026-01-02}", "1|{2026-01-02}"]
        )
        await ingest.stop()
    }

    @Test("of nothing are none, and those that fail leave nothing")
    func nothing() async throws {
        let ingest = try await ServedIngest()
        let served = ingest.served
        let scope = try served.database.scope(
            for: try served.context(served.members[0]),
            before: SchemaFixture.soon
        )
        struct Failure: Error {}
        await #expect(throws: Failure.self) {
            try await scope.transaction { transaction in
                let row = IngestV1.SpendRow.row("2026-01-02", "2")
                let writer = SeriesWriter(SpendMappingCatalogue())
                _ = try await writer.write([row], as: SpendRow.self, in: transaction, scope)
                throw Failure()
            }
        }
        #expect(
            try await ingest.lines(
                """
                select (select count(*) from series_commits), (select count(*) from spend),
                    (select count(*) from spend_sources)
                """
            ) == ["0|0|0"]
        )
        await ingest.stop()
    }
}
