import Messages
import Postgres
import TestKit
import Testing

@testable import Ingest

@Suite("Calls with many events", .timeLimit(.minutes(5)))
struct EventPiecesTests {
    @Test("tell of each event as if all were written at once")
    func fates() async throws {
        let ingest = try await ServedIngest()
        var generator = SeededGenerator(seed: 11)
        // A third are there twice, near each other or far apart, and some are wrong.
        let events = (0..<4_000).map { _ in
            ServedIngest.event("e\(generator.number(in: 0...5_000))") {
                if generator.happens(onceIn: 50) { $0.anonymousID = "" }
            }
        }
        var seen: Set<String> = []
        var expected: [Int32: IngestV1.WriteEventsResponse.Fate] = [:]
        for (index, event) in events.enumerated() {
            if event.anonymousID.isEmpty {
                expected[Int32(index)] = .rejected
            } else if !seen.insert(event.eventID).inserted {
                expected[Int32(index)] = .duplicate
            }
        }
        let answer = try await ingest.write(events)
        #expect(answer.accepted == seen.count)
        #expect(answer.outcomes.map(\.index) == expected.keys.sorted())
        #expect(answer.outcomes.allSatisfy { expected[$0.index] == $0.fate })
        let rejected = Int32(expected.values.count { $0 == .rejected })
        #expect(answer.rejected == rejected)
        #expect(
            try await ingest.rows(
                "select count(*), (select count(*) from rejected_rows) from events"
            ) == ["\(seen.count)|\(rejected)"]
        )
        // The last are read while the first are written, in commits of their own.
        #expect(
            try await ingest.rows("select count(*) > 1, sum(events) from event_commits")
                == ["t|\(seen.count)"]
        )
        #expect(
            try await ingest.write(events).counts == [0, 4_000 - rejected, rejected]
        )
        await ingest.stop()
    }

    @Test("that fail half-way are written whole by being made again")
    func halfWay() async throws {
        let ingest = try await ServedIngest()
        try await ingest.rows(
            "alter table events add constraint guilty check (name is distinct from 'guilty')"
        )
        let events = (0..<3_000).map { number in
            ServedIngest.event("e\(number)") { $0.name = number == 2_990 ? "guilty" : "" }
        }
        await #expect(throws: (any Error).self) { try await ingest.write(events) }
        let stored = try await ingest.rows("select count(*) from events")
        let first = try #require(Int32(stored[0]))
        #expect((1..<2_990).contains(first))
        try await ingest.rows("alter table events drop constraint guilty")
        #expect(try await ingest.write(events).counts == [3_000 - first, first, 0])
        await ingest.stop()
    }

    @Test("are put in order, each key and each id once")
    func group() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<200 {
            let requests = (0..<generator.number(in: 1...4)).map { _ in
                (0..<generator.number(in: 0...20)).map { _ in Self.row(&generator) }
            }
            var (ids, keys): (Set<PostgresUUID>, Set<PostgresUUID>) = ([], [])
            var places: [(request: Int, row: Int)] = []
            for (request, rows) in requests.enumerated() {
                for (index, row) in rows.enumerated() {
                    if let digest = row.content.digest, !ids.insert(digest).inserted { continue }
                    if keys.insert(row.content.key).inserted { places.append((request, index)) }
                }
            }
            let ordered = places.sorted {
                requests[$0.request][$0.row].content.key
                    < requests[$1.request][$1.row].content.key
            }
            let group = EventGroup(requests)
            #expect(
                group.rows.map(\.content.eventID)
                    == ordered.map { requests[$0.request][$0.row].content.eventID }
            )
            let known = group.rows.indices.filter { _ in generator.happens(onceIn: 3) }
            let outcomes = group.outcomes(known)
            var new = 0
            for (place, at) in ordered.enumerated() where !known.contains(place) {
                new += 1
                guard case .new = outcomes[at.request][at.row] else {
                    Issue.record("a row that was stored is not told to be")
                    continue
                }
            }
            let told = outcomes.joined().count { if case .new = $0 { true } else { false } }
            #expect(told == new && outcomes.map(\.count) == requests.map(\.count))
        }
    }

    /// A row whose key and id others have, too.
    private static func row(_ generator: inout SeededGenerator) -> EventRow {
        let digest = PostgresUUID(high: 0, low: UInt64(generator.number(in: 0...15)))
        let moment = PostgresTimestamp.range.lowerBound
        let content = EventContent(
            key: PostgresUUID(high: UInt64(generator.number(in: 0...7)), low: generator.next() % 3),
            digest: generator.happens(onceIn: 2) ? digest : nil,
            kind: 1,
            occurredAt: moment,
            receivedAt: moment,
            eventID: "\(generator.next())",
            origin: "test",
            size: 1
        )
        return EventRow(content)
    }
}
