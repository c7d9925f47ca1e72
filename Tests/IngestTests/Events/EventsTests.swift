import Contracts
import Messages
import RPC
import TestKit
import Testing
import Wire

@Suite("Events", .timeLimit(.minutes(5)))
struct EventsTests {
    @Test("are accepted once, whoever sends them again, in whatever company")
    func fates() async throws {
        let ingest = try await ServedIngest()
        let first = (0..<5).map { ServedIngest.event("a\($0)", after: Int64($0)) }
        #expect(try await ingest.write(first).counts == [5, 0, 0])
        #expect(try await ingest.write(first).counts == [0, 5, 0])
        let mixed = [first[3], ServedIngest.event("b"), first[0], ServedIngest.event("b")]
        let answer = try await ingest.write(mixed)
        #expect(answer.counts == [1, 3, 0])
        #expect(answer.outcomes.map(\.index) == [0, 2, 3])
        #expect(answer.outcomes.allSatisfy { $0.fate == .duplicate })
        #expect(
            try await ingest.rows("select event_id from events order by 1")
                == ["a0", "a1", "a2", "a3", "a4", "b"]
        )
        // One more tenant knows nothing of them.
        var request = IngestV1.WriteEventsRequest()
        request.events = first
        let others = IngestV1.Events.Client(try ingest.other)
        #expect(try await others.writeEvents(request).message.value().counts == [5, 0, 0])
        await ingest.stop()
    }

    @Test("are known by their ids alone, a year later and with all other times")
    func ids() async throws {
        let ingest = try await ServedIngest()
        let year: Int64 = 365 * 86_400
        #expect(
            try await ingest.write([ServedIngest.event("a", after: -year)]).counts == [1, 0, 0]
        )
        for seconds in [-year + 1, 0, 17] {
            let again = ServedIngest.event("a", after: seconds) { $0.sentAt = $0.occurredAt }
            #expect(try await ingest.write([again]).counts == [0, 1, 0])
        }
        // Without a time of its own, too.
        let timeless = ServedIngest.event("b") { $0.occurredAt = nil }
        #expect(try await ingest.write([timeless, timeless]).counts == [1, 1, 0])
        #expect(try await ingest.write([timeless, ServedIngest.event("b")]).counts == [0, 2, 0])
        #expect(try await ingest.rows("select count(*) from events") == ["2"])
        await ingest.stop()
    }

    @Test("whose sender keeps their times are known by both")
    func fixedTimes() async throws {
        let ingest = try await ServedIngest()
        func write(_ events: [IngestV1.Event]) async throws -> [Int32] {
            try await ingest.write(events) { $0.hasFixedTimes = true }.counts
        }
        let event = ServedIngest.event("a")
        #expect(try await write([event, event]) == [1, 1, 0])
        #expect(try await write([event]) == [0, 1, 0])
        // Sent later, and corrected otherwise: the same first time.
        let later = ServedIngest.event("a") { event in
            event.sentAt = event.occurredAt
            event.sentAt?.seconds += 90
        }
        #expect(try await write([later]) == [0, 1, 0])
        #expect(try await write([ServedIngest.event("a", after: 1)]) == [1, 0, 0])
        // The other way of knowing them finds those of the same time.
        #expect(try await ingest.write([event]).counts == [0, 1, 0])
        #expect(try await ingest.rows("select count(*) from event_seen") == ["1"])
        await ingest.stop()
    }

    @Test("are told from each other where one is rejected, and its neighbours are not")
    func rejected() async throws {
        let ingest = try await ServedIngest()
        let events = [
            ServedIngest.event("a"),
            ServedIngest.event("b") { $0.anonymousID = "" },
            ServedIngest.event("c"),
            ServedIngest.event("") { _ in },
        ]
        let answer = try await ingest.write(events)
        #expect(answer.counts == [2, 0, 2])
        #expect(answer.outcomes.map(\.index) == [1, 3])
        #expect(answer.outcomes.map(\.field) == ["anonymous_id", "event_id"])
        #expect(answer.outcomes.first?.reason == "expected this or user_id: whose event is it?")
        // Of nothing but faults nothing is written.
        #expect(try await ingest.write([events[1], events[3]]).counts == [0, 0, 2])
        #expect(try await ingest.rows("select events from event_commits") == ["2"])
        await ingest.stop()
    }

    @Test("have the clock of their sender corrected by ours")
    func clocks() async throws {
        let ingest = try await ServedIngest()
        // Written an hour before it was sent, by a clock that is years behind.
        let slow = ServedIngest.event("slow") { event in
            event.occurredAt?.seconds -= 200_000_000
            event.sentAt = event.occurredAt
            event.sentAt?.seconds += 3_600
        }
        #expect(try await ingest.write([slow, ServedIngest.event("right")]).counts == [2, 0, 0])
        let rows = try await ingest.rows(
            """
            select event_id, round(extract(epoch from received_at - occurred_at)) = 3600,
                occurred_at = '2026-03-01 12:00Z'
            from events order by event_id
            """
        )
        #expect(rows == ["right|f|t", "slow|t|f"])
        await ingest.stop()
    }

    @Test("have their channels at once, with the rules and how sure they are")
    func channels() async throws {
        let ingest = try await ServedIngest()
        try await ingest.put([ServedIngest.rule("mail", "email", ["crm"])], after: 0)
        func visit(_ id: String, _ change: (inout IngestV1.Visit) -> Void) -> IngestV1.Event {
            ServedIngest.event(id) { event in
                var visit = IngestV1.Visit()
                change(&visit)
                event.visit = visit
            }
        }
        let events = [
            visit("ad") { $0.pageURL = "https://shop.example/?utm_source=google&utm_medium=cpc" },
            visit("click") { $0.pageURL = "https://shop.example/?gclid=1" },
            visit("own") { $0.source = "crm" },
            visit("none") { _ in },
            ServedIngest.event("said") { $0.channel = "paid_video" },
            ServedIngest.event("quiet"),
        ]
        #expect(try await ingest.write(events).counts == [6, 0, 0])
        let rows = try await ingest.rows(
            """
            select event_id, slug, rules_version, source, medium, confidence > 0.9
            from events left join channels on number = channel order by event_id
            """
        )
        #expect(
            rows == [
                "ad|paid_search|1|google|cpc|f", "click|paid_search|1|google|cpc|f",
                "none|direct|1|(direct)|(none)|f", "own|email|1|crm||f", "quiet|||||",
                "said|paid_video||||t",
            ]
        )
        await ingest.stop()
    }

    @Test("say who is one with whom")
    func identities() async throws {
        let ingest = try await ServedIngest()
        let events = [
            ServedIngest.event("1") { $0.userID = "u" },
            ServedIngest.event("2") {
                $0.kind = .identify; $0.userID = "u"
            },
            ServedIngest.event("3") { event in
                event.kind = .alias
                event.anonymousID = ""
                event.userID = "u"
                event.previousID = "old"
            },
            ServedIngest.event("4") { $0.anonymousID = "another" },
        ]
        #expect(try await ingest.write(events).counts == [4, 0, 0])
        #expect(try await ingest.write(events).counts == [0, 4, 0])
        #expect(
            try await ingest.rows("select one, other from identity_edges order by 1, 2")
                == ["a:old|u:u", "a:visitor|u:u", "u:old|u:u"]
        )
        await ingest.stop()
    }

    @Test("are written whole: what has no column is kept beside")
    func whole() async throws {
        let ingest = try await ServedIngest()
        let event = ServedIngest.event("whole") { event in
            event.kind = .conversion
            event.name = "Order Completed"
            event.userID = "u-9"
            event.sessionID = "s"
            event.value = "59.90"
            event.currency = "EUR"
            event.orderID = "1001"
            event.geo = "US-CA"
            event.properties = #"{"products": [{"price": 29.95}]}"#
        }
        #expect(try await ingest.write([event]) { $0.origin = "shop:web" }.counts == [1, 0, 0])
        let rows = try await ingest.rows(
            """
            select kind, name, anonymous_id, user_id, value, currency, order_id, geo, origin,
                encode(rest, 'hex')
            from events
            """
        )
        let columns = try #require(rows.first).split(separator: "|").map(String.init)
        #expect(
            columns.dropLast() == [
                "4", "Order Completed", "visitor", "u-9", "59.900000", "EUR", "1001", "US-CA",
                "shop:web",
            ]
        )
        let rest = try IngestV1.Event(decoding: [UInt8](hexadecimal: columns[9]).rawBytes)
        #expect(rest.sessionID == "s" && rest.properties == event.properties)
        #expect(rest.eventID.isEmpty && rest.name.isEmpty)
        await ingest.stop()
    }

    @Test("come by streams as well, each batch answered in order")
    func streams() async throws {
        let ingest = try await ServedIngest()
        let call = try await ingest.events.streamEvents()
        for batch in 0..<30 {
            var request = IngestV1.WriteEventsRequest()
            // Each batch has its own number of events, and one of the batch before.
            request.events = (-1..<batch).map {
                ServedIngest.event("\(batch + min(0, $0))-\(max(0, $0))")
            }
            try await call.send(request)
        }
        await call.finishSending()
        var counts: [[Int32]] = []
        while let answer = try await call.next() { counts.append(answer.value().counts) }
        #expect(counts.count == 30)
        #expect(counts.map { $0.reduce(0, +) } == (1...30).map { Int32($0) })
        #expect(
            try await ingest.rows(
                "select count(*) = sum(1), count(distinct event_id) = count(*) from events"
            ) == ["t|t"]
        )
        await ingest.stop()
    }

    @Test("are counted by the days of the tenant's time zone")
    func counts() async throws {
        let ingest = try await ServedIngest()
        let events = (0..<48).map { ServedIngest.event("\($0)", after: Int64($0) * 3_600) }
        let clicks = (0..<3).map { index in
            ServedIngest.event("c\(index)") {
                $0.kind = .click; $0.channel = "email"
            }
        }
        #expect(try await ingest.write(events + clicks).accepted == 51)
        var request = IngestV1.CountEventsRequest()
        (request.from, request.to) = ("2026-03-01", "2026-03-02")
        let answer = try await ingest.events.countEvents(request).message.value()
        #expect(answer.timeZone == "UTC")
        #expect(
            answer.counts.map { "\($0.day) \($0.kind.rawValue) \($0.channel) \($0.events)" }
                == ["2026-03-01 1  12", "2026-03-01 2 email 3", "2026-03-02 1  24"]
        )
        request.kind = .click
        #expect(try await ingest.events.countEvents(request).message.value().counts.count == 1)
        for (from, to) in [
            ("2026-03-02", "2026-03-01"), ("x", "2026-03-01"), ("2026-02-30", "2026-03-01"),
            ("2020-01-01", "2026-01-01"),
        ] {
            (request.from, request.to) = (from, to)
            let error = await #expect(throws: RPCError.self) {
                try await ingest.events.countEvents(request)
            }
            #expect(error?.code == .invalidArgument)
        }
        await ingest.stop()
    }
}
