import Contracts
import Messages
import RPC
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("Events that are deleted", .timeLimit(.minutes(10)))
struct DeleteEventsTests {
    /// How events are chosen.
    enum Choice: CaseIterable {
        case ids, origin, commits, idsOfTime, originOfTime
    }

    /// A row of the table, as `psql` tells it.
    private struct Stored {
        let id: String
        let origin: String
        let commit: Int64
        let second: Int64
        let day: String
    }

    private static let start: Int64 = 1_772_366_400

    /// Events of five days, three origins and nine commits, every other one known by its time too.
    private func write(to ingest: ServedIngest) async throws -> [[IngestV1.Event]] {
        var generator = SeededGenerator(seed: 7)
        var batches: [[IngestV1.Event]] = []
        for batch in 0..<9 {
            let events = (0..<generator.number(in: 3...30)).map { index in
                ServedIngest.event(
                    "\(batch)-\(index)",
                    after: Int64(generator.number(in: 0...432_000))
                )
            }
            try await write(events, batch, to: ingest, isNew: true)
            batches.append(events)
        }
        return batches
    }

    @discardableResult
    private func write(
        _ events: [IngestV1.Event],
        _ batch: Int,
        to ingest: ServedIngest,
        isNew: Bool? = nil
    ) async throws -> Int {
        let answer = try await ingest.write(events) {
            $0.origin = ["shop", "app", "till"][batch % 3]
            $0.hasFixedTimes = batch.isMultiple(of: 2)
        }
        if let isNew { #expect(Int(answer.accepted) == (isNew ? events.count : 0)) }
        return Int(answer.accepted)
    }

    private func stored(_ ingest: ServedIngest) async throws -> [Stored] {
        try await ingest.rows(
            """
            select event_id, origin, commit_id, extract(epoch from occurred_at)::bigint,
                (occurred_at at time zone 'UTC')::date
            from events order by event_id
            """
        ).map { line in
            let parts = line.split(separator: "|").map(String.init)
            return Stored(
                id: parts[0],
                origin: parts[1],
                commit: try #require(Int64(parts[2])),
                second: try #require(Int64(parts[3])),
                day: parts[4]
            )
        }
    }

    private func request(_ choice: Choice, of all: [Stored]) -> IngestV1.DeleteEventsRequest {
        var request = IngestV1.DeleteEventsRequest()
        let third = all.enumerated().filter { $0.offset.isMultiple(of: 3) }.map(\.element)
        switch choice {
        case .ids, .idsOfTime: request.eventIDs = third.map(\.id) + ["absent"]
        case .origin, .originOfTime: request.origin = "app"
        case .commits: request.commitIDs = Set(all.map(\.commit)).sorted().suffix(3) + [1 << 40]
        }
        if choice == .idsOfTime || choice == .originOfTime {
            request.fromTime = .init()
            request.fromTime?.seconds = Self.start + 86_400
            request.toTime = .init()
            request.toTime?.seconds = Self.start + 300_000
        }
        return request
    }

    /// The rows that a request names, one after the other.
    private func chosen(
        _ request: IngestV1.DeleteEventsRequest,
        of all: [Stored]
    ) -> [Stored] {
        all.filter { row in
            var isChosen = false
            for id in request.eventIDs where id == row.id { isChosen = true }
            if !request.origin.isEmpty { isChosen = request.origin == row.origin }
            for commit in request.commitIDs where commit == row.commit { isChosen = true }
            if let from = request.fromTime, row.second < from.seconds { isChosen = false }
            if let to = request.toTime, row.second >= to.seconds { isChosen = false }
            return isChosen
        }
    }

    @Test(
        "are exactly those that were chosen; their ids stay taken, and the feed tells their days",
        arguments: Choice.allCases,
        [false, true]
    )
    func exact(choice: Choice, isOperation: Bool) async throws {
        let ingest = try await ServedIngest(
            erasing: ServedIngest.limits(areSmall: isOperation)
        )
        let batches = try await write(to: ingest)
        let all = try await stored(ingest)
        let request = request(choice, of: all)
        let expected = chosen(request, of: all)
        #expect(expected.count > 5 && expected.count < all.count)
        let counted = try await ingest.delete {
            $0 = request; $0.dryRun = true
        }
        #expect(counted.dryRun && counted.events == expected.count)
        #expect(try await stored(ingest).count == all.count)
        let deleted = try await ingest.delete { $0 = request }
        #expect(!deleted.dryRun && deleted.events == expected.count)
        #expect(deleted.days == Set(expected.map(\.day)).sorted() && deleted.days == counted.days)
        let gone = Set(expected.map(\.id))
        let left = all.map(\.id).filter { !gone.contains($0) }
        #expect(try await stored(ingest).map(\.id) == left)
        // The feed has a commit for each transaction, of which the small ones are one.
        let feed = try await ingest.rows(
            "select sum(deleted), count(*) from event_commits where deleted > 0 and events = 0"
        )
        #expect(feed.first?.hasPrefix("\(expected.count)|") == true)
        if !isOperation { #expect(feed == ["\(expected.count)|1"]) }
        let days = try await ingest.rows(
            "select distinct unnest(days) from event_commits where deleted > 0 order by 1"
        )
        #expect(days == deleted.days)
        // Once more, and sent once more, nothing changes.
        #expect(try await ingest.delete { $0 = request }.events == 0)
        for (batch, events) in batches.enumerated() {
            try await write(events, batch, to: ingest, isNew: false)
        }
        #expect(try await stored(ingest).map(\.id) == left)
        await ingest.stop()
    }

    @Test("are looked for once for each row of a group, however many of them it has")
    func plan() async throws {
        let ingest = try await ServedIngest()
        let types = """
            uuid[], uuid[], smallint[], timestamptz[], timestamptz[], text[], text[], text[],
            text[], integer[], bigint[], real[], text[], text[], text[], numeric[], text[], text[],
            text[], text[], bytea[], uuid, bigint, uuid[], bigint, text[]
            """
        // Keys alone: of a statement that stores nothing, for another state is in force.
        let keys = "array_fill(gen_random_uuid(), array[3000])"
        let values =
            keys + String(repeating: ", null", count: 20)
            + ", gen_random_uuid(), -1, null, null, null"
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let plan = try await ingest.plan(
                of: IngestService.insertStatement,
                types,
                values,
                mode: mode
            )
            #expect(
                plan.contains { $0.contains("Filter:") && $0.contains("NOT (hashed SubPlan") },
                "\(plan.joined(separator: "\n"))"
            )
        }
        await ingest.stop()
    }

    @Test("can be sent again if their ids were freed", arguments: [false, true])
    func freed(isOperation: Bool) async throws {
        let ingest = try await ServedIngest(
            erasing: ServedIngest.limits(areSmall: isOperation)
        )
        let batches = try await write(to: ingest)
        let all = try await stored(ingest)
        let deleted = try await ingest.delete {
            $0.origin = "shop"
            $0.freesIDs = true
        }
        var accepted = 0
        for (batch, events) in batches.enumerated() {
            accepted += try await write(events, batch, to: ingest)
        }
        #expect(Int64(accepted) == deleted.events && accepted > 0)
        #expect(try await stored(ingest).map(\.id) == all.map(\.id))
        await ingest.stop()
    }

    @Test("are told by the feed as deleted")
    func feed() async throws {
        let ingest = try await ServedIngest(on: try await PrivatePostgres())
        try await ingest.write([ServedIngest.event("a"), ServedIngest.event("b", after: 86_400)])
        try await ingest.delete { $0.eventIDs = ["b"] }
        let answer = try await ingest.events
            .listEventCommits(IngestV1.ListEventCommitsRequest()).message.value()
        #expect(answer.commits.map(\.events) == [2, 0])
        #expect(answer.commits.map(\.deleted) == [0, 1])
        #expect(answer.commits.map(\.days).last == ["2026-03-02"])
        await ingest.stop()
    }

    @Test("are all gone though the operation failed half-way, each counted once")
    func failed() async throws {
        let ingest = try await ServedIngest(erasing: ServedIngest.limits(areSmall: true))
        let batches = try await write(to: ingest)
        let all = try await stored(ingest)
        let expected = all.filter { $0.origin == "shop" }
        // A day whose deletion the database refuses until it does not.
        try await ingest.rows(
            """
            alter table event_commits add constraint guilty
                check (deleted = 0 or not days && array['2026-03-04'::date])
            """
        )
        var request = IngestV1.DeleteEventsRequest()
        request.origin = "shop"
        let answer = try await ingest.erasure.deleteEvents(request).message.value()
        #expect(answer.deleted == nil)
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        #expect(try await ingest.rows("select state from jobs") == ["dead"])
        let begun = try await stored(ingest).count
        #expect(begun < all.count && begun > all.count - expected.count)
        // What comes meanwhile, of the same origin, is not of those that were asked for.
        try await write([ServedIngest.event("later")], 0, to: ingest, isNew: true)
        try await ingest.rows("alter table event_commits drop constraint guilty")
        try await ingest.redriveJobs()
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        #expect(
            try await stored(ingest).map(\.id)
                == (all.filter { $0.origin != "shop" }.map(\.id) + ["later"]).sorted()
        )
        #expect(
            try await ingest.rows("select sum(deleted) from event_commits")
                == ["\(expected.count)"]
        )
        for (batch, events) in batches.enumerated() {
            try await write(events, batch, to: ingest, isNew: false)
        }
        await ingest.stop()
    }

    @Test("take the rejected rows of their ids, their origin or a batch along, if asked")
    func rejected() async throws {
        let ingest = try await ServedIngest()
        func reject(_ ids: [String], _ origin: String) async throws -> String {
            let events = ids.map { ServedIngest.event($0) { $0.value = "x" } }
            return try await ingest.write(events) { $0.origin = origin }.batch
        }
        func left() async throws -> [String] {
            try await ingest.rows("select source, row_number from rejected_rows order by number")
        }
        _ = try await reject(["a", "b", "c"], "shop")
        _ = try await reject(["d", "e"], "app")
        let batch = try await reject(["f", "g"], "till")
        #expect(try await ingest.delete { $0.eventIDs = ["a", "f"] }.rejectedRows == 0)
        let counted = try await ingest.delete {
            ($0.eventIDs, $0.withRejected, $0.dryRun) = (["a", "f"], true, true)
        }
        #expect(counted.rejectedRows == 2)
        #expect(try await left().count == 7)
        let byIDs = try await ingest.delete { ($0.eventIDs, $0.withRejected) = (["a", "f"], true) }
        #expect(byIDs.rejectedRows == 2 && byIDs.events == 0)
        #expect(try await left() == ["shop|1", "shop|2", "app|0", "app|1", "till|1"])
        let byOrigin = try await ingest.delete { ($0.origin, $0.withRejected) = ("app", true) }
        #expect(byOrigin.rejectedRows == 2)
        let byBatch = try await ingest.delete { ($0.batch, $0.withRejected) = (batch, true) }
        #expect(byBatch.rejectedRows == 1)
        #expect(try await left() == ["shop|1", "shop|2"])
        await ingest.stop()
    }

    @Test("are asked for by one thing, well made")
    func refused() async throws {
        let ingest = try await ServedIngest()
        func field(_ change: (inout IngestV1.DeleteEventsRequest) -> Void) async -> String? {
            do {
                try await ingest.delete(change)
                return nil
            } catch {
                let error = error as? RPCError
                #expect(error?.code == .invalidArgument)
                let words = error?.message.split(separator: ":") ?? []
                return words.count > 1 ? words[1].trimmingPrefix(" ").description : ""
            }
        }
        let long = String(repeating: "x", count: 201)
        #expect(await field { _ in } == "event_ids")
        #expect(await field { ($0.origin, $0.commitIDs) = ("a", [1]) } == "event_ids")
        #expect(await field { $0.eventIDs = [long] } == "event_ids")
        #expect(await field { $0.eventIDs = [""] } == "event_ids")
        let many = (0...10_000).map { "\($0)" }
        #expect(await field { $0.eventIDs = many } == "event_ids")
        #expect(await field { $0.origin = long } == "origin")
        #expect(await field { $0.commitIDs = [0] } == "commit_ids")
        #expect(await field { ($0.commitIDs, $0.withRejected) = ([1], true) } == "with_rejected")
        #expect(await field { $0.batch = "x" } == "batch")
        #expect(
            await field {
                $0.origin = "a"
                ($0.fromTime, $0.toTime) = (.init(), .init())
            } == "to_time"
        )
        #expect(await field { $0.origin = "a" } == nil)
        await ingest.stop()
    }
}
