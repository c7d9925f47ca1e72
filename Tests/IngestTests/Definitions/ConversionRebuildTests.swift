import Contracts
import Messages
import Postgres
import RPC
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("Once definitions are in force", .timeLimit(.minutes(10)))
struct ConversionRebuildTests {
    /// Events of three names, some with a value of their own, some with one among their properties.
    private static func events(_ count: Int, seed: UInt64) -> [IngestV1.Event] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { number in
            ServedIngest.event("e\(number)", after: Int64.random(in: 0..<900_000, using: &random)) {
                $0.kind = number % 4 == 0 ? .conversion : .custom
                $0.name = ["Order Completed", "Signed Up", "Seen"][number % 3]
                $0.properties = #"{"worth": "\#(number % 7).5", "currency": "EUR"}"#
                if number % 5 == 0 { ($0.value, $0.currency) = ("\(number)", "CHF") }
                if number % 2 == 0 { $0.orderID = "o\(number / 4)" }
            }
        }
    }

    private static let definitions = [
        ServedIngest.definition("order", "Order Completed"),
        ServedIngest.definition("lead", "Signed Up", kind: "lead") {
            $0.valueFields = ["properties.worth"]
            $0.currencyFields = ["properties.currency"]
            $0.dedup = .event
        },
    ]

    private static func set(
        _ definitions: [IngestV1.ConversionDefinition],
        version: Int64
    ) throws -> ConversionSet {
        var message = IngestV1.ConversionDefinitions()
        message.definitions = definitions
        return try ConversionSet(message, version: version)
    }

    /// What the tables should have: each event is decided by itself.
    private func expected(
        _ events: [IngestV1.Event],
        by set: ConversionSet,
        _ ingest: ServedIngest
    ) async throws -> [String] {
        let reader = EventReader(
            TenantKnowledge(
                mapper: try await ingest.mapper(in: try ingest.scope),
                channels: [:],
                keys: try await EventStore().keys(in: try ingest.scope),
                conversions: set
            ),
            origin: "test",
            hasFixedTimes: false,
            now: .now
        )
        return try events.compactMap { event -> String? in
            guard let found = try reader.row(event).content.conversion else { return nil }
            return "\(event.eventID)|\(set.version)|\(found.kind)|\(found.effect.rawValue)|"
                + "\(found.isByOrder ? "t" : "f")|\(found.value.map { "\($0)" } ?? "")|"
                + "\(found.currency ?? "")|\(found.orderID ?? "")|"
                + (found.problem.map { "\($0.rawValue)" } ?? "")
        }.sorted()
    }

    private func stored(_ ingest: ServedIngest) async throws -> [String] {
        try await ingest.rows(
            """
            select event_id, definitions, c.kind, effect, by_order, c.value, c.currency,
                c.order_id, problem
            from conversions c join events using (key)
            """
        ).sorted()
    }

    @Test("all that is stored is decided anew, and the feed tells of what has changed")
    func rebuilt() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 17)
        let events = Self.events(200, seed: 1)
        try await ingest.write(events)
        let before = try await expected(events, by: .standard, ingest)
        #expect(try await stored(ingest) == before)
        let last = try await ingest.rows("select max(commit_id) from event_commits")[0]
        let active = try await ingest.define(Self.definitions)
        let set = try Self.set(Self.definitions, version: 2)
        let after = try await expected(events, by: set, ingest)
        #expect(try await stored(ingest) == after && before != after)
        let rebuild = try await ingest.rebuild(active.rebuildOperation)
        func says(_ lines: [String]) -> Set<String> {
            Set(
                lines.map { line in
                    var parts = line.split(separator: "|", omittingEmptySubsequences: false)
                    parts.remove(at: 1)
                    return parts.joined(separator: "|")
                }
            )
        }
        let changed = Set(
            says(before).symmetricDifference(says(after)).map { $0.prefix { $0 != "|" } }
        )
        #expect(rebuild.version == 2 && rebuild.changed == Int64(changed.count))
        let told = try await ingest.rows(
            "select event_id from events where commit_id > \(last)"
        )
        #expect(Set(told) == Set(changed.map(String.init)))
        #expect(
            try await ingest.rows(
                "select sum(events) from event_commits where commit_id > \(last)"
            ) == ["\(changed.count)"]
        )
        // What an import or a call brought is still known by the commit that it came with.
        #expect(
            try await ingest.rows(
                "select count(distinct coalesce(brought_by, commit_id)) from events"
            )
                == ["1"]
        )
        await ingest.stop()
    }

    @Test("no event is stored by those before, though an instance still knows them")
    func fence() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([ServedIngest.order("a", "A", "1")])
        let draft = try await ingest.draft(Self.definitions)
        try await ingest.validate(draft)
        // As another instance does it: this one does not notice.
        let store = DefinitionStore()
        try await ingest.scope.transaction { transaction in
            try await transaction.query(.stopIntake)
            _ = try await store.change(2, revision: 1, of: .conversions, in: transaction) {
                draft,
                _ in
                try await store.archiveActive(of: .conversions, at: .now, in: transaction)
                draft.state = .active
                try await store.putInForce(conversions: 2, in: transaction)
            }
        }
        let event = ServedIngest.event("b") {
            ($0.kind, $0.name, $0.userID) = (.custom, "Signed Up", "u")
            $0.properties = #"{"worth": 3, "currency": "EUR"}"#
        }
        #expect(try await ingest.write([event, ServedIngest.event("c")]).counts == [2, 0, 0])
        let rows = try await ingest.rows(
            "select event_id, definitions, c.kind from conversions c join events using (key) "
                + "order by event_id"
        )
        #expect(rows == ["a|1|purchase", "b|2|lead"])
        // Nothing was written in vain.
        #expect(try await ingest.rows("select count(*) from event_commits") == ["2"])
        #expect(
            try await ingest.rows(
                "select count(*), count(c.commit_id) from identity_edges "
                    + "left join event_commits c using (commit_id)"
            ) == ["1|1"]
        )
        await ingest.stop()
    }

    @Test(
        "whatever is written while others are put in force, again and again, is decided by the last"
    )
    func underFire() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 40)
        let rounds = 6
        let events = Self.events(600, seed: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<3 {
                group.addTask {
                    for start in stride(from: writer * 200, to: writer * 200 + 200, by: 10) {
                        let answer = try await ingest.write(Array(events[start..<start + 10]))
                        #expect(answer.accepted == 10)
                    }
                }
            }
            group.addTask {
                for round in 0..<rounds {
                    let definitions = round % 2 == 0 ? Self.definitions : [Self.definitions[1]]
                    let draft = try await ingest.draft(definitions)
                    try await ingest.validate(draft)
                    try await ingest.activate(draft)
                }
            }
            try await group.waitForAll()
        }
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        let set = try Self.set([Self.definitions[1]], version: Int64(rounds) + 1)
        #expect(try await stored(ingest) == expected(events, by: set, ingest))
        let lost = try await ingest.rows(
            """
            select count(*) from events
            where commit_id not in (select commit_id from event_commits)
            """
        )
        #expect(lost == ["0"])
        await ingest.stop()
    }

    @Test("a trial has told what they would change, by kind and currency")
    func trial() async throws {
        let ingest = try await ServedIngest()
        let events = Self.events(300, seed: 3)
        try await ingest.write(events)
        let draft = try await ingest.draft(Self.definitions)
        let report = try await ingest.validate(draft)
        #expect(report.from == "2026-02-20" && report.sample?.sampled == false)
        let told = try #require(report.conversions)
        /// The counts of some lines of ``expected(_:by:_:)``, with their sums in millionths.
        func sums(_ lines: [String]) -> [String: [Int64]] {
            var sums: [String: [Int64]] = [:]
            for line in lines {
                let parts = line.split(separator: "|", omittingEmptySubsequences: false)
                let value = Int64(parts[5].replacing(".", with: "")) ?? 0
                let key = "\(parts[2]) \(parts[3]) \(parts[6])"
                let sum = sums[key] ?? [0, 0]
                sums[key] = [sum[0] + 1, sum[1] + value]
            }
            return sums
        }
        let set = try Self.set(Self.definitions, version: 2)
        let new = sums(try await expected(events, by: set, ingest))
        let old = sums(try await expected(events, by: .standard, ingest))
        for count in told.counts {
            let key = "\(count.kind) \(count.effect.rawValue) \(count.currency)"
            let millionths = [count.value, count.activeValue].map {
                Int64($0.replacing(".", with: "")) ?? -1
            }
            #expect([count.events, millionths[0]] == new[key] ?? [0, 0])
            #expect([count.activeEvents, millionths[1]] == old[key] ?? [0, 0])
        }
        #expect(told.counts.count == Set(new.keys).union(old.keys).count)
        let missing = told.unreadable.filter { $0.problem == "value is missing" }
        let orders = events.filter { $0.name == "Order Completed" }
        #expect(missing.map(\.definition) == ["order"] && missing[0].examples.count == 5)
        #expect(missing[0].events == Int64(orders.count { $0.value.isEmpty }))
        #expect(told.claimedTwice == 0)
        await ingest.stop()
    }

    @Test("a trial names events that several take, orders in conflict, and what it cannot read")
    func trialFaults() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([
            ServedIngest.order("1", "A", "10"), ServedIngest.order("2", "A", "10", after: 1),
            ServedIngest.order("3", "A", "11", after: 2),
            ServedIngest.order("4", "B", "1", after: 3),
            ServedIngest.event("5", after: 4) {
                ($0.kind, $0.name) = (.custom, "Order Completed")
                $0.properties = #"{"revenue": "a lot"}"#
            },
        ])
        let any = ServedIngest.definition("any", "") { $0.eventKind = .conversion }
        var filtered = ServedIngest.definition("order", "Order Completed")
        filtered.valueFields = ["value", "properties.revenue"]
        let draft = try await ingest.draft([filtered, any])
        let told = try #require(try await ingest.validate(draft).conversions)
        #expect(told.claimedTwice == 4 && told.claimedTwiceExamples == ["1", "2", "3", "4"])
        #expect(told.duplicates == 1 && told.conflicts?.orders == 1 && told.conflicts?.events == 1)
        #expect(told.conflicts?.examples == ["A"])
        #expect(
            told.unreadable.map { "\($0.definition) \($0.problem) \($0.examples)" }
                == [#"order value is no number ["5"]"#]
        )
        let sampled = try await ingest.validate(draft) { ($0.mostEvents, $0.seed) = (2, 1) }
        #expect(sampled.sample?.sampled == true && (sampled.sample?.lookedAt ?? 9) < 5)
        await ingest.stop()
    }
}
