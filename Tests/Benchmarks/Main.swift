import Messages
import TestMessages
import Wire
import TestKit
import Glibc

@inline(never) func checksum(_ batch: borrowing TestingV1.EventBatch.View) -> Double {
    var total = 0.0
    var it = batch.events.makeIterator()
    while let e = it.next() {
        var n =
            e.eventID.count + e.anonymousID.count + e.name.count + e.channel.count
            + e.currency.count
        n += Int(e.kind.rawValue)
        if let t = e.occurredAt { n += Int(truncatingIfNeeded: t.seconds) + Int(t.nanos) }
        if let t = e.receivedAt { n += Int(truncatingIfNeeded: t.seconds) + Int(t.nanos) }
        var at = e.attributes.makeIterator()
        while let a = at.next() { n += a.key.count + a.value.count }
        total += e.value + Double(n)
    }
    return total
}
func now() -> Double {
    var t = timespec(); unsafe clock_gettime(CLOCK_MONOTONIC, &t);
    return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
}
func measure(_ name: String, bytes: Int, _ body: () throws -> Double) rethrows {
    if CommandLine.arguments.count > 1 && CommandLine.arguments[1] != name { return }
    var best = 1e9; var sum = 0.0
    for _ in 0..<400 { let a = now(); sum += try body(); let b = now(); best = min(best, b - a) }
    print(name, "best", Double(bytes) / best / 1e6, "MB/s", sum)
}
@main struct M {
    static func main() throws {
        let value = EventBatchGenerator.batch(count: 10_000, seed: 1)
        let bytes = value.encoded()
        print(bytes.count);
        do {
            let f = unsafe fopen("/tmp/peer/batch.bin", "w"); let a = Array(copying: bytes.bytes);
            _ = unsafe fwrite(a, 1, a.count, f); _ = unsafe fclose(f)
        }
        let m = try Message<TestingV1.EventBatch.View>(bytes)
        try measure("validate", bytes: bytes.count) {
            Double(try Message<TestingV1.EventBatch.View>(bytes).bytes.count)
        }
        measure("read", bytes: bytes.count) { checksum(m.view) }
        try measure("decode", bytes: bytes.count) {
            let m = try Message<TestingV1.EventBatch.View>(bytes); return checksum(m.view)
        }
        try measure("decode values", bytes: bytes.count) {
            Double(try TestingV1.EventBatch(decoding: bytes.bytes).events.count)
        }
        measure("encode values", bytes: bytes.count) { Double(value.encoded().count) }
        measure("reencode views", bytes: bytes.count) {
            Double(
                TestingV1.EventBatch.encode(capacity: 2 << 20) { w in
                    let v = m.view
                    var it = v.events.makeIterator()
                    while let e = it.next() {
                        w.addEvents { o in
                            o.setEventID(e.eventID); o.setAnonymousID(e.anonymousID);
                            o.setKind(e.kind); o.setName(e.name)
                            if let t = e.occurredAt {
                                o.setOccurredAt {
                                    $0.setSeconds(t.seconds); $0.setNanos(t.nanos)
                                }
                            }
                            if let t = e.receivedAt {
                                o.setReceivedAt {
                                    $0.setSeconds(t.seconds); $0.setNanos(t.nanos)
                                }
                            }
                            o.setChannel(e.channel); o.setValue(e.value); o.setCurrency(e.currency)
                            var at = e.attributes.makeIterator()
                            while let a = at.next() { o.putAttributes(a.key, a.value) }
                        }
                    }
                }.count
            )
        }
    }
}
