import Messages
import TestKit
import TestMessages
import Wire

/// Makes the batch the codec is measured on: events as a web shop's tracker sends them.
enum EventBatchGenerator {
    /// A batch of `count` events, the same for the same seed.
    static func batch(count: Int, seed: UInt64) -> TestingV1.EventBatch {
        var random = SeededGenerator(seed: seed)
        var batch = TestingV1.EventBatch()
        batch.events = (0..<count).map { event($0, &random) }
        return batch
    }

    private static func event(_ index: Int, _ random: inout SeededGenerator) -> TestingV1.Event {
        var event = TestingV1.Event()
        event.eventID = hexadecimal(random.next()) + hexadecimal(random.next())
        event.anonymousID = "anon-" + hexadecimal(random.next())
        event.kind = TestingV1.EventKind(rawValue: Int32.random(in: 1...4, using: &random))
        event.name = names[Int.random(in: 0..<names.count, using: &random)]
        var occurredAt = GoogleProtobuf.Timestamp()
        occurredAt.seconds = 1_790_000_000 + Int64(index) * 3
        occurredAt.nanos = Int32.random(in: 0..<1_000, using: &random) * 1_000_000
        var receivedAt = occurredAt
        receivedAt.seconds += 2
        event.occurredAt = occurredAt
        event.receivedAt = receivedAt
        event.channel = channels[Int.random(in: 0..<channels.count, using: &random)]
        event.value = Double(Int.random(in: 0..<50_000, using: &random)) / 100
        event.currency = "EUR"
        event.attributes = [
            "utm_source": channels[Int.random(in: 0..<channels.count, using: &random)],
            "utm_campaign": "spring-\(Int.random(in: 1...40, using: &random))",
        ]
        return event
    }

    private static func hexadecimal(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static let names = [
        "Page Viewed", "Product Viewed", "Order Completed", "Zahlung bestätigt",
    ]
    private static let channels = ["paid_search", "paid_social", "email", "affiliate", "direct"]
}
