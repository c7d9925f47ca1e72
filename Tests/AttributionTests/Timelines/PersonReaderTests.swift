import Messages
import Postgres
import RPC
import Tenancy
import TestTenants
import Testing

@testable import Attribution

@Suite("Persons who are read ahead", .timeLimit(.minutes(5)))
struct PersonReaderTests {
    private let attribution: ServedAttribution
    private let feed: TimelineFeed
    private let reader: PersonReader

    init() async throws {
        attribution = try await ServedAttribution()
        let store = TimelineBuildStore(limits: TimelineLimits())
        feed = TimelineFeed(overused: store.overused)
        reader = PersonReader(feed: feed, store: store)
        try await attribution.write(
            (0..<6).map { number in
                ServedAttribution.event("e\(number)", after: Int64(number)) {
                    $0.anonymousID = "v\(number)"
                }
            }
        )
        try await attribution.build()
    }

    private func read(_ count: Int) async throws -> PersonReader.Found {
        let found = try await attribution.scope.transaction { transaction in
            try await reader.read(count, in: transaction)
        }
        return try #require(found)
    }

    private func head() async throws -> TimelineFeed.Head {
        try await attribution.scope.transaction { try await feed.hold(in: $0) }
    }

    @Test("are those after the ones that are written, and nobody who is joined to them")
    func beside() async throws {
        try await attribution.markAll()
        let first = try await read(2)
        #expect(first.changed == ["a:v0", "a:v1"] && first.persons.count == 2)
        let scope = try attribution.scope
        let next = try await reader.readAhead(2, beside: first, in: scope)
        #expect(next?.changed == ["a:v2", "a:v3"] && next?.records.map(\.count) == [1, 1])
        let last = try await reader.readAhead(10, beside: try #require(next), in: scope)
        #expect(last?.changed == ["a:v4", "a:v5"])
        #expect(try await reader.readAhead(10, beside: try #require(last), in: scope) == nil)
        // One turns out to be one of the first: who is written and who is read would be one person.
        try await attribution.write([
            ServedAttribution.event("joined", after: 9) {
                ($0.kind, $0.userID, $0.anonymousID) = (.identify, "u", "v0")
            },
            ServedAttribution.event("too", after: 9) {
                ($0.kind, $0.userID, $0.anonymousID) = (.identify, "u", "v3")
            },
        ])
        #expect(try await reader.readAhead(2, beside: first, in: scope) == nil)
        await attribution.stop()
    }

    @Test("are read again once somebody else had a turn, or has looked at the feed")
    func turns() async throws {
        try await attribution.markAll()
        let found = try await read(10)
        let before = try await head()
        #expect(found.isCurrent(at: before, after: before.turn))
        // Beside the turn that was taken meanwhile they are as they were; after two they are not.
        try await attribution.build()
        let one = try await head()
        #expect(one.turn == before.turn + 1)
        #expect(found.isCurrent(at: one, after: one.turn))
        #expect(!found.isCurrent(at: one, after: before.turn))
        try await attribution.markAll()
        try await attribution.build()
        let two = try await head()
        #expect(two.turn == before.turn + 2 && !found.isCurrent(at: two, after: two.turn))
        // Of what came by the feed meanwhile nothing was read.
        try await attribution.markAll()
        let stale = try await read(10)
        try await attribution.write([
            ServedAttribution.event("late", after: 20) { $0.anonymousID = "v1" }
        ])
        try await attribution.build()
        let moved = try await head()
        #expect(!stale.isCurrent(at: moved, after: moved.turn))
        await attribution.stop()
    }
}
