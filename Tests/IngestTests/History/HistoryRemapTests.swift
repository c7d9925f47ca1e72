import Contracts
import Jobs
import Messages
import Postgres
import RPC
import Taxonomy
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("Mapping history anew", .timeLimit(.minutes(10)))
struct HistoryRemapTests {
    private static let rules = [
        ServedIngest.rule("partners", "referral", ["crm"]),
        ServedIngest.rule("search", "email", ["google"]),
    ]

    /// What is stored of events: their channels, the versions of rules, and confidences.
    private func stored(_ ingest: ServedIngest) async throws -> [String] {
        try await ingest.rows(
            """
            select event_id, slug, rules_version, round(confidence::numeric, 5)
            from events left join channels on number = channel
            """
        ).sorted()
    }

    /// The same, as the slow way has it.
    private func expected(
        _ world: HistoryWorld,
        _ mapper: (IngestV1.Event) -> ChannelMapper
    ) -> [String] {
        world.events.map { event in
            let mapper = mapper(event)
            let place = HistoryWorld.place(event, mapper)
            let isMapped = event.visit != nil && !place.isNamed
            let digits = place.confidence.map { value in
                let text = "\(Int((value * 1e5).rounded()) + 100_000)"
                return value == 1 ? "1.00000" : "0." + text.dropFirst()
            }
            return [
                event.eventID, place.channel, isMapped ? "\(mapper.version)" : "", digits ?? "",
            ].joined(separator: "|")
        }.sorted()
    }

    @Test("leaves every event as if it had come with the rules in force")
    func all() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 37)
        let world = HistoryWorld(seed: 11, pages: 300)
        try await ingest.write(world)
        let old = try HistoryWorld.mapper()
        #expect(try await stored(ingest) == expected(world) { _ in old })
        let before = try await ingest.rows("select max(commit_id) from event_commits")[0]
        let put = try await ingest.put(Self.rules, after: 0) { $0.remapsHistory = true }
        let remap = try await ingest.finish(put.remapOperation)
        let new = try HistoryWorld.mapper(Self.rules, version: 1)
        #expect(try await stored(ingest) == expected(world) { _ in new })
        let mapped = world.events.filter { $0.visit != nil && $0.channel.isEmpty }
        let changed = mapped.filter { event in
            let places = [old, new].map { HistoryWorld.place(event, $0) }
            return places[0].channel != places[1].channel
                || places[0].confidence != places[1].confidence
        }
        #expect(remap.rulesVersion == 1 && remap.mapped == Int64(mapped.count))
        #expect(remap.changed == Int64(changed.count) && !changed.isEmpty)
        // The feed tells just of those, by the days that they happened on, and by their commits.
        let told = try await ingest.rows(
            "select sum(events) from event_commits where commit_id > \(before)"
        )
        #expect(told == ["\(changed.count)"])
        let ids = try await ingest.rows(
            "select event_id from events where commit_id > \(before) order by 1"
        )
        #expect(ids == changed.map(\.eventID).sorted())
        let agree = try await ingest.rows(
            """
            select count(*) from event_commits c, lateral (
                select count(*) as events,
                    array_agg(distinct (occurred_at at time zone 'UTC')::date) as days
                from events e where e.commit_id = c.commit_id
            ) as found
            where commit_id > \(before)
                and (c.events <> found.events or c.days is distinct from found.days)
            """
        )
        #expect(agree == ["0"])
        // A second run changes nothing, and tells the feed nothing.
        let feed = try await ingest.rows("select count(*), max(commit_id) from event_commits")
        let again = try await ingest.remap()
        #expect(again.mapped == 0 && again.changed == 0 && again.rulesVersion == 1)
        #expect(try await ingest.rows("select count(*), max(commit_id) from event_commits") == feed)
        await ingest.stop()
    }

    @Test("keeps to its days, where the tenant is")
    func days() async throws {
        let ingest = try await ServedIngest()
        let world = HistoryWorld(seed: 12, pages: 200)
        try await ingest.write(world)
        try await ingest.put(Self.rules, after: 0)
        _ = try await ingest.remap("2026-03-02", "2026-03-02")
        let (old, new) = (
            try HistoryWorld.mapper(), try HistoryWorld.mapper(Self.rules, version: 1)
        )
        let second = (1_772_409_600..<1_772_496_000) as Range<Int64>
        let expected = expected(world) { event in
            second.contains(event.occurredAt?.seconds ?? 0) ? new : old
        }
        #expect(try await stored(ingest) == expected)
        _ = try await ingest.remap("2026-03-02", "")
        _ = try await ingest.remap("", "2026-03-02")
        #expect(try await stored(ingest) == self.expected(world) { _ in new })
        for (from, to) in [("x", ""), ("", "2026-13-01"), ("2026-02-02", "2026-02-01")] {
            let error = await #expect(throws: RPCError.self) { try await ingest.remap(from, to) }
            #expect(error?.code == .invalidArgument)
        }
        await ingest.stop()
    }

    @Test("goes on after a part that failed, and does none twice")
    func resumed() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 20)
        let world = HistoryWorld(seed: 13, pages: 100)
        try await ingest.write(world)
        let before = try await ingest.rows("select max(commit_id) from event_commits")[0]
        let late = try #require(world.events.filter { $0.visit != nil && $0.channel.isEmpty }.last)
        try await ingest.rows(
            """
            alter table events add constraint stuck
                check (event_id <> '\(late.eventID)' or coalesce(rules_version, 0) = 0)
            """
        )
        let put = try await ingest.put(Self.rules, after: 0) { $0.remapsHistory = true }
        try await ingest.wait(for: "select state, progress > 0 from jobs", of: ["dead|t"])
        try await ingest.rows("alter table events drop constraint stuck")
        let id = try #require(JobID(String(put.remapOperation.dropFirst(18))))
        _ = try await ingest.served.jobs.redrive(id, in: ingest.scope)
        let remap = try await ingest.finish(put.remapOperation)
        let new = try HistoryWorld.mapper(Self.rules, version: 1)
        #expect(try await stored(ingest) == expected(world) { _ in new })
        let told = try await ingest.rows(
            "select sum(events) from event_commits where commit_id > \(before)"
        )
        #expect(told == ["\(remap.changed)"])
        let mapped = world.events.filter { $0.visit != nil && $0.channel.isEmpty }
        #expect(remap.mapped == Int64(mapped.count))
        await ingest.stop()
    }

    @Test("can be cancelled: what is left is mapped by the next")
    func cancelled() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 20)
        let world = HistoryWorld(seed: 14, pages: 100)
        try await ingest.write(world)
        let late = try #require(world.events.filter { $0.visit != nil && $0.channel.isEmpty }.last)
        let scope = try ingest.scope
        struct Enough: Error {}
        await #expect(throws: Enough.self) {
            try await scope.transaction { transaction in
                // It comes to this event, and no further.
                try await transaction.query(.holdEvent, late.eventID)
                let put = try await ingest.put(Self.rules, after: 0) { $0.remapsHistory = true }
                try await ingest.wait(for: "select progress > 0 from jobs", of: ["t"])
                let id = try #require(JobID(String(put.remapOperation.dropFirst(18))))
                _ = try await ingest.served.jobs.cancel(id, in: scope)
                try await ingest.wait(for: "select state from jobs", of: ["cancelled"])
                throw Enough()
            }
        }
        let versions = try await ingest.rows(
            "select distinct rules_version from events where rules_version is not null order by 1"
        )
        #expect(versions == ["0", "1"])
        _ = try await ingest.remap()
        let new = try HistoryWorld.mapper(Self.rules, version: 1)
        #expect(try await stored(ingest) == expected(world) { _ in new })
        await ingest.stop()
    }

    @Test("begins again with rules that are put while it runs")
    func changed() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 20)
        let world = HistoryWorld(seed: 15, pages: 100)
        try await ingest.write(world)
        let scope = try ingest.scope
        var operation = ""
        var puts: [Task<IngestV1.ChannelRules, any Error>] = []
        struct Enough: Error {}
        await #expect(throws: Enough.self) {
            try await scope.transaction { transaction in
                // It is held up in its first part, which holds the rules; others have to wait.
                try await transaction.query(.holdEvent, world.events[0].eventID)
                let put = try await ingest.put([], after: 0) { $0.remapsHistory = true }
                operation = put.remapOperation
                try await ingest.waiters(1)
                puts.append(Task { try await ingest.put(Self.rules, after: 1) })
                try await ingest.waiters(2)
                throw Enough()
            }
        }
        for put in puts { #expect(try await put.value.version == 2) }
        let remap = try await ingest.finish(operation)
        let mapped = world.events.filter { $0.visit != nil && $0.channel.isEmpty }
        #expect(remap.rulesVersion == 2 && remap.mapped == Int64(mapped.count))
        let new = try HistoryWorld.mapper(Self.rules, version: 2)
        #expect(try await stored(ingest) == expected(world) { _ in new })
        await ingest.stop()
    }
}
