import Messages
import TestMessages
import Wire

/// Events as a service has them before it answers: numbers in columns, texts somewhere in one run
/// of bytes.
struct EventRows {
    private var texts: [UInt8] = []
    private var rows: [Row] = []

    private struct Row {
        var eventID: Range<Int>
        var anonymousID: Range<Int>
        var name: Range<Int>
        var channel: Range<Int>
        var currency: Range<Int>
        var kind: TestingV1.EventKind
        var occurredAt: (seconds: Int64, nanos: Int32)
        var receivedAt: (seconds: Int64, nanos: Int32)
        var value: Double
        var attributes: [(key: Range<Int>, value: Range<Int>)]
    }

    init(_ batch: TestingV1.EventBatch) {
        for event in batch.events {
            let row = Row(
                eventID: keep(event.eventID),
                anonymousID: keep(event.anonymousID),
                name: keep(event.name),
                channel: keep(event.channel),
                currency: keep(event.currency),
                kind: event.kind,
                occurredAt: (event.occurredAt?.seconds ?? 0, event.occurredAt?.nanos ?? 0),
                receivedAt: (event.receivedAt?.seconds ?? 0, event.receivedAt?.nanos ?? 0),
                value: event.value,
                attributes: event.attributes.map { (keep($0.key), keep($0.value)) }
            )
            rows.append(row)
        }
    }

    private mutating func keep(_ text: String) -> Range<Int> {
        let start = texts.count
        texts += text.utf8
        return start..<texts.count
    }

    /// Writes the batch.
    func encode(capacity: Int) -> SharedBytes {
        let texts = texts.rawBytes
        return TestingV1.EventBatch.encode(capacity: capacity) { batch in
            let rows = rows.span
            for index in rows.indices {
                batch.addEvents { Self.write(rows[index], texts, to: &$0) }
            }
        }
    }

    private static func write(
        _ row: borrowing Row,
        _ texts: RawSpan,
        to event: inout TestingV1.Event.Writer
    ) {
        event.setEventID(text(row.eventID, texts))
        event.setAnonymousID(text(row.anonymousID, texts))
        event.setKind(row.kind)
        event.setName(text(row.name, texts))
        event.setOccurredAt {
            $0.setSeconds(row.occurredAt.seconds)
            $0.setNanos(row.occurredAt.nanos)
        }
        event.setReceivedAt {
            $0.setSeconds(row.receivedAt.seconds)
            $0.setNanos(row.receivedAt.nanos)
        }
        event.setChannel(text(row.channel, texts))
        event.setValue(row.value)
        event.setCurrency(text(row.currency, texts))
        for index in row.attributes.indices {
            let (key, value) = row.attributes[index]
            event.putAttributes(text(key, texts), text(value, texts))
        }
    }

    @_lifetime(copy texts)
    private static func text(_ range: Range<Int>, _ texts: RawSpan) -> Text {
        // `keep` copied whole strings: each range holds valid UTF-8.
        unsafe Text(validated: texts.extracting(range))
    }
}
