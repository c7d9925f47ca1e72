import Contracts
import Messages
import RPC
import TestKit
import TestTenants
import Testing
import Wire

@Suite("Segment's calls", .timeLimit(.minutes(5)))
struct SegmentTests {
    /// Sends a body, in parts if it is to.
    private func send(
        _ call: String,
        _ body: [UInt8],
        parts: Int = 1,
        to ingest: ServedIngest
    ) async throws -> IngestV1.SegmentAnswer {
        let client = IngestV1.Segment.Client(try ingest.served.channel(ingest.served.members[0]))
        let stream = try await client.sendSegment()
        let size = max(1, (body.count + parts - 1) / parts)
        for index in 0..<parts {
            var part = IngestV1.SegmentPart()
            if index == 0 { part.call = call }
            part.body = Array(body.dropFirst(index * size).prefix(size))
            try await stream.send(part)
        }
        return try await stream.finish().message.value()
    }

    private func send(
        _ call: String,
        _ text: String,
        to ingest: ServedIngest
    ) async throws -> IngestV1.SegmentAnswer {
        try await send(call, Array(text.utf8), to: ingest)
    }

    private static let order = """
        {"type": "track", "messageId": "8f1c", "anonymousId": "a-123", "userId": "u-9",
         "event": "Order Completed", "properties": {"order_id": "1001", "revenue": 59.9,
         "currency": "USD", "products": [{"product_id": "p1", "price": 29.95, "quantity": 2}]},
         "context": {"campaign": {"name": "spring", "source": "google", "medium": "cpc"},
         "page": {"url": "https://shop.example/?gclid=x", "referrer": "https://www.google.com/"}},
         "integrations": {"All": true}, "timestamp": "2026-04-10T10:00:00.000Z",
         "originalTimestamp": "2026-04-10T09:59:58.100Z", "sentAt": "2026-04-10T09:59:58.100Z"}
        """

    @Test("become events: an order is a conversion with its channel")
    func order() async throws {
        let ingest = try await ServedIngest()
        let answer = try await send("track", Self.order, to: ingest)
        #expect(answer.success && answer.accepted == 1 && answer.outcomes.isEmpty)
        let rows = try await ingest.rows(
            """
            select kind, name, anonymous_id, user_id, order_id, value, currency, slug, campaign,
                origin, abs(extract(epoch from received_at - occurred_at)) < 0.001
            from events join channels on number = channel
            """
        )
        #expect(
            rows == [
                "4|Order Completed|a-123|u-9|1001|59.900000|USD|paid_search|spring|segment|t"
            ]
        )
        #expect(try await ingest.rows("select one, other from identity_edges") == ["a:a-123|u:u-9"])
        await ingest.stop()
    }

    @Test("are told apart in a batch, and again when the batch is sent again, compressed")
    func batch() async throws {
        let ingest = try await ServedIngest()
        let batch = """
            {"batch": [
              \(Self.order),
              {"type": "page", "messageId": "p", "anonymousId": "a", "name": "Home",
               "properties": {"url": "https://x.example/?utm_source=fb&utm_medium=cpc"}},
              {"type": "identify", "messageId": "i", "userId": 7, "traits": {"plan": "gold"}},
              {"type": "identify", "messageId": "j", "anonymousId": "a", "traits": {"a": 1}},
              {"type": "group", "messageId": "g", "userId": "7", "groupId": "x"},
              {"type": "alias", "messageId": "l", "previousId": "old", "userId": "7"},
              {"type": "screen", "anonymousId": "a", "name": "Start"},
              {"type": "track", "messageId": "r", "userId": "7", "event": "Order Refunded",
               "properties": {"order_id": 1001, "total": "10.5"}},
              {"type": "track", "messageId": "e", "event": "Nobody's"},
              {"type": "nope", "messageId": "n", "userId": "7"},
              {"type": "track", "messageId": "t", "userId": "7", "event": "x",
               "timestamp": "yesterday"},
              17
            ], "sentAt": "2026-11-21T10:00:00Z", "context": {}}
            """
        let first = try await send("batch", batch, to: ingest)
        #expect([first.accepted, first.duplicates, first.rejected] == [8, 0, 4])
        #expect(!first.success)
        #expect(
            first.outcomes.map { "\($0.index) \($0.messageID) \($0.field)" }
                == ["8 e anonymous_id", "9 n type", "10 t timestamp", "11  "]
        )
        let kinds = try await ingest.rows(
            "select kind, name, value, currency from events order by kind, name"
        )
        #expect(
            kinds == [
                "1|Home||", "1|Start||", "4|Order Completed|59.900000|USD",
                "5|Order Refunded|10.500000|EUR", "7|identify||", "8|||", "9|group||",
                "9|identify||",
            ]
        )
        let compressed = Gzip.compressed(Array(batch.utf8))
        let again = try await send("batch", compressed, parts: 5, to: ingest)
        #expect([again.accepted, again.duplicates, again.rejected] == [0, 8, 4])
        #expect(try await ingest.rows("select count(*) from events") == ["8"])
        await ingest.stop()
    }

    @Test(
        "that cannot be read are refused whole",
        arguments: [
            ("track", "[]"), ("track", ""), ("batch", "{}"), ("batch", #"{"batch": []}"#),
            ("batch", #"{"batch": [{}"#), ("batch", "\u{1f}"), ("import", #"{"batch": 1}"#),
        ]
    )
    func refused(call: String, body: String) async throws {
        let ingest = try await ServedIngest()
        let error = await #expect(throws: RPCError.self) {
            _ = try await send(call, body, to: ingest)
        }
        #expect(error?.code == .invalidArgument)
        await ingest.stop()
    }

    @Test("have bounds: of a body, and of what it unfolds to")
    func bounds() async throws {
        let ingest = try await ServedIngest()
        let long = [UInt8](repeating: UInt8(ascii: " "), count: (4 << 20) + 1)
        let bomb = Gzip.compressed([UInt8](repeating: UInt8(ascii: " "), count: (16 << 20) + 1))
        for body in [long, bomb] {
            let error = await #expect(throws: RPCError.self) {
                _ = try await send("track", body, parts: 9, to: ingest)
            }
            #expect(error?.code == .resourceExhausted)
        }
        let cut = Array(Gzip.compressed(Array(Self.order.utf8)).dropLast(9))
        let error = await #expect(throws: RPCError.self) {
            _ = try await send("track", cut, to: ingest)
        }
        #expect(error?.code == .invalidArgument)
        await ingest.stop()
    }
}

extension Gzip {
    fileprivate static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var output = OutputBuffer()
        compress(bytes.rawBytes, to: &output)
        return Array(copying: output.bytes)
    }
}
