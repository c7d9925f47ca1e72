import Messages
import TestMessages
import Wire

/// Our side of the codec benchmark.
struct CodecOperations {
    typealias Batch = TestingV1.EventBatch

    /// The batch as an owned value, in binary form and in JSON.
    let value: Batch
    let bytes: SharedBytes
    let json: SharedBytes

    init(_ value: Batch) throws {
        self.value = value
        bytes = value.encoded()
        json = try value.json()
    }

    // MARK: Binary

    /// Takes the bytes in and reads every field of every event.
    func decodeViews() throws -> Double {
        let message = try Message<Batch.View>(bytes)
        return Self.checksum(message.view)
    }

    /// Makes owned values of the bytes.
    func decodeValues() throws -> Double {
        Double(try Batch(decoding: bytes.bytes).events.count)
    }

    /// Encodes owned values.
    func encodeValues() -> Double { Double(value.encoded().count) }

    /// Writes the batch from rows whose texts lie in one run of bytes, as a decoded request's do.
    func encodeRows(_ rows: EventRows) -> Double {
        Double(rows.encode(capacity: bytes.count + 64).count)
    }

    // MARK: JSON

    /// Takes the JSON in and reads every field of every event.
    func decodeJSON() throws -> Double {
        let message = try Message<Batch.View>(json: json.bytes)
        return Self.checksum(message.view)
    }

    /// Prints the message as JSON.
    func encodeJSON(_ message: Message<Batch.View>) throws -> Double {
        Double(try message.json().count)
    }

    /// Reads every field of every event; the peers compute the same.
    private static func checksum(_ batch: Batch.View) -> Double {
        var total = 0.0
        var events = batch.events.makeIterator()
        while let event = events.next() {
            var sum = event.eventID.count + event.anonymousID.count + event.name.count
            sum += event.channel.count + event.currency.count + Int(event.kind.rawValue)
            if let time = event.occurredAt {
                sum += Int(truncatingIfNeeded: time.seconds) + Int(time.nanos)
            }
            if let time = event.receivedAt {
                sum += Int(truncatingIfNeeded: time.seconds) + Int(time.nanos)
            }
            var attributes = event.attributes.makeIterator()
            while let attribute = attributes.next() {
                sum += attribute.key.count + attribute.value.count
            }
            total += event.value + Double(sum)
        }
        return total
    }
}
