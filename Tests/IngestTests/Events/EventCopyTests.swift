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

@testable import Ingest

@Suite("Large groups of events, which go by COPY", .timeLimit(.minutes(10)))
struct EventCopyTests {
    private static let count = EventCopy.leastRows + 20

    /// Events of all columns: some are orders, some join ids, some have an ad.
    private static func events(_ prefix: String = "e", hasUsers: Bool = true) -> [IngestV1.Event] {
        (0..<count).map { index in
            ServedIngest.event("\(prefix)\(index)") { event in
                event.anonymousID = "visitor \(index % 40)"
                if hasUsers && index % 5 == 0 { event.userID = "user \(index % 40)" }
                event.geo = index % 3 == 0 ? "DE" : ""
                event.name = index % 7 == 0 ? "näme" : ""
                event.sessionID = "s\(index)"
                if index % 6 == 0 {
                    event.visit = HistoryWorld.visit("crm", "sale")
                    event.visit?.content = "ad \(index)"
                }
                guard index % 4 == 0 else { return }
                event.kind = .conversion
                event.name = "Order Completed"
                event.value = "\(index).25"
                event.currency = "EUR"
                event.orderID = "order \(index)"
            }
        }
    }

    /// All that is stored of events, but for what tells one commit, or one tenant, from another.
    private func stored(_ ingest: ServedIngest) async throws -> [String] {
        try await ingest.rows(
            """
            select event_id, e.kind, occurred_at, anonymous_id, user_id, name, channel,
                rules_version, confidence, source, medium, campaign, e.value, e.currency,
                e.order_id, geo, origin, rest, ad, arrival is null, c.definitions, c.kind, c.effect,
                c.by_order, c.value, c.currency, c.order_id, c.problem
            from events e left join conversions c using (key) order by event_id
            """
        )
    }

    private func joined(_ ingest: ServedIngest) async throws -> [String] {
        try await ingest.rows(
            "select one, other, occurred_at from identity_edges order by one, other"
        )
    }

    @Test("are stored as small ones are, which one statement writes")
    func same() async throws {
        let large = try await ServedIngest()
        let small = try await ServedIngest()
        let events = Self.events()
        let answer = try await large.write(events)
        #expect(answer.counts == [Int32(Self.count), 0, 0])
        for start in stride(from: 0, to: events.count, by: 100) {
            try await small.write(Array(events[start..<min(start + 100, events.count)]))
        }
        let rows = try await stored(large)
        let expected = try await stored(small)
        #expect(rows.count == Self.count && rows == expected)
        let edges = try await joined(large)
        #expect(!edges.isEmpty)
        #expect(edges == (try await joined(small)))
        #expect(
            try await large.rows(
                """
                select count(*), sum(c.events), bool_and(c.xid::text <> '0'),
                    bool_and(c.days = (
                        select array_agg(distinct (occurred_at at time zone 'UTC')::date)
                        from events e where e.commit_id = c.commit_id
                    ))
                from event_commits c
                """
            ) == ["1|\(Self.count)|t|t"]
        )
        await large.stop()
        await small.stop()
    }

    @Test("of which some were stored before, are told apart")
    func known() async throws {
        let ingest = try await ServedIngest()
        let events = Self.events()
        try await ingest.write(Array(events[3..<43]))
        let answer = try await ingest.write(events)
        #expect(answer.counts == [Int32(Self.count - 40), 40, 0])
        #expect(try await ingest.write(events).counts == [0, Int32(Self.count), 0])
        #expect(
            try await ingest.rows(
                """
                select (select count(*) from events), (select sum(events) from event_commits),
                    (select count(*) from event_seen), (select count(*) from event_commits)
                """
            ) == ["\(Self.count)|\(Self.count)|\(Self.count)|2"]
        )
        await ingest.stop()
    }

    @Test("of which one was stored before, are told apart whichever it is")
    func oneKnown() async throws {
        let ingest = try await ServedIngest()
        // A few ids speak for the others: that not all of these are among them is certain enough.
        for place in 0..<6 {
            let events = Self.events("\(place)-")
            try await ingest.write([events[place * 80]])
            #expect(try await ingest.write(events).counts == [Int32(Self.count - 1), 1, 0])
        }
        let all = 6 * Self.count
        #expect(
            try await ingest.rows(
                """
                select (select count(*) from events), (select sum(events) from event_commits),
                    (select count(*) from event_seen), (select count(*) from event_commits)
                """
            ) == ["\(all)|\(all)|\(all)|12"]
        )
        await ingest.stop()
    }

    @Test("that are known by their times are known by their ids too")
    func knownByTime() async throws {
        let ingest = try await ServedIngest()
        let scope = try ingest.scope
        for (hasFixedTimes, known) in [(true, 0), (false, Self.count)] {
            let group = EventGroup([try await rows(ingest, hasFixedTimes: hasFixedTimes)])
            let found = try await scope.transaction { try await EventCopy.write(group, in: $0) }
            #expect(found?.count == known)
        }
        #expect(try await ingest.rows("select count(*) from events") == ["\(Self.count)"])
        await ingest.stop()
    }

    @Test("are not stored by rules, or as of forgotten persons, that are outdated")
    func outdated() async throws {
        let ingest = try await ServedIngest()
        let scope = try ingest.scope
        let group = EventGroup([try await rows(ingest, hasFixedTimes: false)])
        // As another instance does it, which this one does not notice.
        try await scope.transaction { transaction in
            try await transaction.query(.forgetOneMore)
        }
        let known = try await scope.transaction { try await EventCopy.write(group, in: $0) }
        #expect(known == nil)
        #expect(
            try await ingest.rows(
                """
                select (select count(*) from events), (select count(*) from event_seen),
                    (select count(*) from event_commits), (select count(*) from identity_edges)
                """
            ) == ["0|0|0|0"]
        )
        await ingest.stop()
    }

    @Test(
        "wait for whoever writes one of them, and store the others",
        // Known by their times, only keys tell that they are the same.
        arguments: [true, false]
    )
    func race(hasFixedTimes: Bool) async throws {
        let ingest = try await ServedIngest()
        let scope = try ingest.scope
        let rows = try await rows(ingest, hasFixedTimes: hasFixedTimes)
        let second = try await scope.transaction { transaction in
            _ = try await transaction.run(EventStore.batch(EventGroup([[rows[7]]])))
            let second = Task {
                try await scope.transaction {
                    try await EventCopy.write(EventGroup([rows]), in: $0)
                }
            }
            try await ingest.waiters(1)
            return second
        }
        #expect(try await second.value?.count == 1)
        #expect(
            try await ingest.rows(
                """
                select count(*), count(distinct event_id), count(distinct e.commit_id),
                    (select sum(events) from event_commits)
                from events e join event_commits c using (commit_id)
                """
            ) == ["\(Self.count)|\(Self.count)|2|\(Self.count)"]
        )
        await ingest.stop()
    }

    private func rows(_ ingest: ServedIngest, hasFixedTimes: Bool) async throws -> [EventRow] {
        let scope = try ingest.scope
        let reader = EventReader(
            TenantKnowledge(
                mapper: try await ingest.mapper(in: scope),
                channels: try await ChannelStore().numbers(in: scope),
                keys: try await EventStore().keys(in: scope)
            ),
            origin: "test",
            hasFixedTimes: hasFixedTimes,
            now: .now
        )
        return try Self.events().map { try reader.row($0) }
    }
}

extension Statement {
    fileprivate static let forgetOneMore = Statement(
        "test.forget_one_more",
        "update event_head set forgettings = forgettings + 1"
    )
}
