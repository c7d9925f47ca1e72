import Contracts
import Messages
import RPC
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("Conversions", .timeLimit(.minutes(10)))
struct ConversionsTests {
    private func send(_ call: String, _ text: String, to ingest: ServedIngest) async throws {
        let client = IngestV1.Segment.Client(try ingest.served.channel(ingest.served.members[0]))
        let stream = try await client.sendSegment()
        var part = IngestV1.SegmentPart()
        (part.call, part.body) = (call, Array(text.utf8))
        try await stream.send(part)
        #expect(try await stream.finish().message.value().success)
    }

    @Test("are what a stock library of Segment sends: an order, what is paid back, what is undone")
    func segment() async throws {
        let ingest = try await ServedIngest()
        let batch = """
            {"batch": [
              {"type": "track", "messageId": "1", "anonymousId": "a", "event": "Order Completed",
               "timestamp": "2026-04-10T10:00:00Z", "properties": {"order_id": "1001",
               "revenue": 59.9, "total": 70, "currency": "USD"}},
              {"type": "track", "messageId": "2", "anonymousId": "a", "event": "Order Refunded",
               "timestamp": "2026-04-11T10:00:00Z", "properties": {"order_id": "1001",
               "total": 10, "currency": "USD"}},
              {"type": "track", "messageId": "3", "anonymousId": "a", "event": "Order Refunded",
               "timestamp": "2026-04-11T11:00:00Z", "properties": {"order_id": "1001",
               "total": 10, "currency": "USD"}},
              {"type": "track", "messageId": "4", "anonymousId": "b", "event": "Order Cancelled",
               "timestamp": "2026-04-11T12:00:00Z", "properties": {"order_id": "1002"}},
              {"type": "track", "messageId": "5", "anonymousId": "b", "event": "purchase",
               "timestamp": "2026-04-11T12:00:00Z", "properties": {"transaction_id": "1003",
               "value": 5, "currency": "EUR"}},
              {"type": "track", "messageId": "6", "anonymousId": "b", "event": "Product Added",
               "timestamp": "2026-04-11T12:00:00Z"}
            ]}
            """
        try await send("batch", batch, to: ingest)
        let counts = [
            "2026-04-10 purchase 1 1 USD 1 59.900000", "2026-04-11 purchase 1 1 EUR 1 5.000000",
            "2026-04-11 purchase 2 1 USD 2 20.000000", "2026-04-11 purchase 3 1  1 ",
        ]
        #expect(try await ingest.conversionCounts() == counts)
        // Sent again, they are none more.
        try await send("batch", batch, to: ingest)
        #expect(try await ingest.conversionCounts() == counts)
        #expect(try await ingest.conversionCounts(kind: "lead") == [])
        await ingest.stop()
    }

    @Test("come by files too, and once")
    func files() async throws {
        let ingest = try await ServedIngest()
        let file = """
            event_id,timestamp,event_name,anonymous_id,order_id,value,currency
            f1,2026-04-10T10:00:00Z,purchase,a,o1,10.50,EUR
            f2,2026-04-10T11:00:00Z,purchase,b,o2,4,EUR
            f3,2026-04-10T11:30:00Z,page_view,b,,,

            """
        try await ingest.importText(file)
        let expected = ["2026-04-10 purchase 1 1 EUR 2 14.500000"]
        #expect(try await ingest.conversionCounts() == expected)
        try await ingest.importText(file) { $0.name = "again.csv" }
        #expect(try await ingest.conversionCounts() == expected)
        await ingest.stop()
    }

    /// Orders of which some were sent several times, alike and unlike.
    private static let orders = [
        ServedIngest.order("a1", "A", "10", after: 10),
        ServedIngest.order("a2", "A", "10", after: 20),
        ServedIngest.order("a3", "A", "11", after: 30),
        ServedIngest.order("b1", "B", "5", after: 5),
        ServedIngest.order("b2", "B", "5", after: 6) { $0.currency = "CHF" },
        ServedIngest.order("c1", "", "7"), ServedIngest.order("c2", "", "7"),
    ]
    private static let counts = [
        "2026-03-01 purchase 1 1 EUR 4 29.000000", "2026-03-01 purchase 1 2 EUR 1 10.000000",
        "2026-03-01 purchase 1 3 CHF 1 5.000000", "2026-03-01 purchase 1 3 EUR 1 11.000000",
    ]

    private func standings(_ ingest: ServedIngest) async throws -> [String] {
        try await ingest.rows(
            "select event_id, standing from ingest_v1_conversions order by event_id"
        )
    }

    @Test("of one order count once, in whatever order they come", arguments: 0..<6)
    func orders(seed: UInt64) async throws {
        let ingest = try await ServedIngest()
        var random = SeededGenerator(seed: seed)
        let orders = seed == 0 ? Self.orders : Self.orders.shuffled(using: &random)
        for order in orders { try await ingest.write([order]) { $0.hasFixedTimes = seed % 2 == 0 } }
        #expect(try await ingest.conversionCounts() == Self.counts)
        #expect(
            try await standings(ingest) == [
                "a1|1", "a2|2", "a3|3", "b1|1", "b2|3", "c1|1", "c2|1",
            ]
        )
        await ingest.stop()
    }

    @Test("stand as others of their order do, once one is deleted")
    func deleted() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write(Self.orders)
        try await ingest.delete { $0.eventIDs = ["a1", "c1"] }
        #expect(
            try await standings(ingest) == ["a2|1", "a3|3", "b1|1", "b2|3", "c2|1"]
        )
        #expect(try await ingest.rows("select count(*) from conversions") == ["5"])
        try await ingest.forget { $0.anonymousID = "visitor" }
        #expect(try await ingest.rows("select count(*) from conversions") == ["0"])
        #expect(try await ingest.conversionCounts() == [])
        await ingest.stop()
    }

    @Test("that contradict another one are a finding")
    func finding() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write(Self.orders)
        try await ingest.takeSnapshot(of: "2026-03-01")
        let found = try await ingest.findings { $0.rule = "orders_in_conflict" }
        #expect(found.count == 1 && found[0].state == .open && found[0].evidence?.value == 2)
        #expect(found[0].evidence?.count == 5)
        #expect(found[0].dimensions["conversion_kind"] == "purchase")
        try await ingest.delete { $0.eventIDs = ["a3", "b2"] }
        try await ingest.takeSnapshot(of: "2026-03-01")
        let after = try await ingest.findings { $0.rule = "orders_in_conflict" }
        #expect(after.map(\.state) == [.resolved])
        await ingest.stop()
    }

    @Test("that were rejected become some when they are replayed")
    func replayed() async throws {
        let ingest = try await ServedIngest()
        let order = ServedIngest.order("late", "L", "3") { $0.channel = "letters" }
        #expect(try await ingest.write([order]).counts == [0, 0, 1])
        #expect(try await ingest.conversionCounts() == [])
        try await ingest.create("letters")
        let replay = try await ingest.rejected
            .replayRejectedRows(IngestV1.ReplayRejectedRowsRequest()).message.value()
        #expect(replay.replayed == 1)
        #expect(
            try await ingest.conversionCounts() == ["2026-03-01 purchase 1 1 EUR 1 3.000000"]
        )
        await ingest.stop()
    }

    @Test(
        "are not counted without days",
        arguments: [("", "2026-01-01"), ("2026-02-01", "2026-01-01"), ("2020-01-01", "2026-01-01")]
    )
    func days(from: String, to: String) async throws {
        let ingest = try await ServedIngest()
        var request = IngestV1.CountConversionsRequest()
        (request.from, request.to) = (from, to)
        let asked = request
        let error = await #expect(throws: RPCError.self) {
            _ = try await ingest.definitions.countConversions(asked)
        }
        #expect(error?.code == .invalidArgument)
        await ingest.stop()
    }
}
