import Synchronization
import TestKit
import Testing

@testable import Telemetry

@Suite("A histogram", .timeLimit(.minutes(5)))
struct HistogramTests {
    @Test("counts a value in the first bucket whose bound is not below it")
    func buckets() {
        let histogram = Histogram(bounds: [1, 2, 5])
        for value in [0, 0.5, 1, 1.0.nextUp, 2, 3, 5, 5.0.nextUp, 1e9, .infinity] {
            histogram.observe(value)
        }
        #expect(histogram.snapshot().buckets == [3, 2, 2, 3])
        #expect(histogram.snapshot().count == 10)
        #expect(histogram.snapshot().sum == .infinity)
    }

    @Test("agrees with a search from the first bound on", arguments: [1, 2, 3] as [UInt64])
    func oracle(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bounds = Set((0..<20).map { _ in Double(generator.number(in: 0...100)) }).sorted()
        let histogram = Histogram(bounds: BucketBounds(bounds))
        var expected = [UInt64](repeating: 0, count: bounds.count + 1)
        var sum = 0.0
        for _ in 0..<1_000 {
            let value = Double(generator.number(in: 0...480)) / 4
            histogram.observe(value)
            expected[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
            sum += value
            if generator.happens(onceIn: 50) {
                #expect(histogram.snapshot() == .init(buckets: expected, sum: sum))
            }
        }
        #expect(histogram.snapshot() == .init(buckets: expected, sum: sum))
    }

    @Test("leaves out what is below zero or no number")
    func leftOut() {
        let histogram = Histogram(bounds: [1])
        histogram.observe(-0.1)
        histogram.observe(.nan)
        histogram.observe(.seconds(-1))
        #expect(histogram.snapshot() == .init(buckets: [0, 0], sum: 0))
    }

    @Test("loses nothing of many threads, and is consistent whenever it is read")
    func threads() {
        let registry = MetricRegistry()
        let histogram = registry.histogram("a_seconds", help: "H", bounds: [1, 2, 3])
        let running = Atomic<Int>(8)
        let snapshots = Atomic<Int>(0)
        onThreads(10) { thread in
            if thread < 8 {
                // Each adds 2 on average: four of 1 and four of 3.
                for _ in 0..<100_000 { histogram.observe(thread.isMultiple(of: 2) ? 1 : 3) }
                running.subtract(1, ordering: .releasing)
                return
            }
            var last: UInt64 = 0
            repeat {
                let snapshot = histogram.snapshot()
                let isConsistent =
                    snapshot.sum == Double(snapshot.buckets[0] + 3 * snapshot.buckets[2])
                    && snapshot.buckets[1] == 0 && snapshot.buckets[3] == 0
                    && snapshot.count >= last
                #expect(isConsistent, "\(snapshot)")
                if !isConsistent { return }
                last = snapshot.count
                snapshots.add(1, ordering: .relaxed)
            } while running.load(ordering: .acquiring) > 0
        }
        #expect(histogram.snapshot() == .init(buckets: [400_000, 0, 400_000, 0], sum: 1_600_000))
        #expect(snapshots.load(ordering: .relaxed) >= 2)
    }

    @Test("has as its count what its last bucket has, in every text written meanwhile")
    func scrapes() {
        let registry = MetricRegistry()
        let histogram = registry.histogram("a_seconds", help: "H", bounds: .requestSeconds)
        let running = Atomic<Int>(4)
        onThreads(5) { thread in
            if thread < 4 {
                for step in 0..<50_000 { histogram.observe(Double(step % 100) / 1_000) }
                running.subtract(1, ordering: .releasing)
                return
            }
            repeat {
                let text = String(decoding: registry.text(.openMetrics), as: UTF8.self)
                let lines = text.split(separator: "\n").filter { $0.hasPrefix("a_seconds_") }
                let buckets = lines.filter { $0.contains("le=") }.compactMap(Self.value)
                let count = lines.last.flatMap(Self.value)
                #expect(buckets.count == 17 && buckets == buckets.sorted())
                #expect(count == buckets.last && count != nil)
            } while running.load(ordering: .acquiring) > 0
        }
        #expect(histogram.snapshot().count == 200_000)
    }

    @Test("keeps the latest sampled observation of each bucket")
    func exemplars() throws {
        let histogram = Histogram(bounds: [1, 2]) { UTCTimestamp(milliseconds: 5) }
        let context = TraceContext.root(isSampled: true)
        let later = TraceContext.root(isSampled: true)
        histogram.observe(0.5, in: context)
        histogram.observe(0.25, in: later)
        histogram.observe(1.5, in: .root(isSampled: false))
        histogram.observe(0.125)
        histogram.observe(3, in: context)
        let time = UTCTimestamp(milliseconds: 5)
        #expect(
            histogram.exemplars == [
                Exemplar(context: later, value: 0.25, time: time), nil,
                Exemplar(context: context, value: 3, time: time),
            ]
        )
    }

    @Test(
        "has bounds that can be",
        arguments: [
            [], [1, 1], [2, 1], [.nan], [.infinity], [-1], Array(repeating: 1, count: 65),
        ] as [[Double]]
    )
    func boundFaults(bounds: [Double]) {
        #expect(BucketBounds.fault(in: bounds) != nil)
    }

    @Test("has bounds that are given, or grow by a factor")
    func boundsGiven() {
        #expect(BucketBounds.fault(in: [0, 0.5, 1]) == nil)
        let powers = BucketBounds.exponential(from: 256, factor: 4, count: 4)
        #expect(powers.values == [256, 1_024, 4_096, 16_384])
        #expect(BucketBounds.exponential(from: 1, factor: 2, count: 64).values.count == 64)
        #expect(BucketBounds.exponential(from: 1, factor: 2, count: 1).values == [1])
        #expect(BucketBounds.requestSeconds.values.count == 16)
    }

    private static func value(_ line: Substring) -> UInt64? {
        line.split(separator: " ").last.flatMap { UInt64($0) }
    }
}
