internal import Glibc
internal import Synchronization

/// Counts observations by the bucket they fall in, and adds them up.
///
/// All methods may be called by any thread. Observing takes no lock, except that an exemplar is
/// kept under one that is never waited for.
///
/// There are two halves, as in the official client for Go: observations go to the hot one. A
/// snapshot makes the other one hot, waits until those under way have been added to the cold one,
/// reads it, and keeps it with what was read before. So all parts of a snapshot agree.
public final class Histogram: Sendable {
    /// What had been observed at one moment.
    struct Snapshot: Equatable {
        /// Counts of each bucket by itself; the last is of what is above all bounds.
        var buckets: [UInt64]
        var sum: Double

        var count: UInt64 { buckets.reduce(0, +) }
    }

    private final class Half: Sendable {
        let buckets: AtomicArray
        let sum = Atomic<UInt64>(0)
        let finished = Atomic<UInt64>(0)

        init(buckets: Int) {
            self.buckets = AtomicArray(count: buckets)
        }
    }

    /// The greatest value of each bucket but the last, in ascending order.
    let bounds: [Double]

    private let first: Half
    private let second: Half
    /// The highest bit says which half is hot; the others count observations that were begun in it.
    private let begun = Atomic<UInt64>(0)
    private let total: Monitor<Snapshot>
    private let latest: Monitor<[Exemplar?]>
    private let now: @Sendable () -> UTCTimestamp

    /// Starts without observations.
    ///
    /// - Parameters:
    ///   - bounds: of the buckets.
    ///   - now: the clock of the exemplars.
    init(bounds: BucketBounds, now: @escaping @Sendable () -> UTCTimestamp = { .now }) {
        self.bounds = bounds.values
        self.now = now
        let buckets = bounds.values.count + 1
        first = Half(buckets: buckets)
        second = Half(buckets: buckets)
        total = Monitor(Snapshot(buckets: Array(repeating: 0, count: buckets), sum: 0))
        latest = Monitor(Array(repeating: nil, count: buckets))
    }

    /// Counts an observation.
    ///
    /// - Parameters:
    ///   - value: in the unit of the family; one below zero, or NaN, is not counted.
    ///   - context: the span it belongs to; if it is sampled, it becomes the bucket's exemplar.
    public func observe(_ value: Double, in context: TraceContext? = nil) {
        guard value >= 0 else { return }
        let bucket = bucket(of: value)
        let ticket = begun.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
        let half = ticket & Self.hotBit == 0 ? first : second
        half.buckets.add(1, at: bucket)
        half.sum.addDouble(value)
        half.finished.wrappingAdd(1, ordering: .releasing)
        if let context, context.isSampled {
            let exemplar = Exemplar(context: context, value: value, time: now())
            latest.withLockIfFree { $0[bucket] = exemplar }
        }
    }

    /// Counts a duration in seconds.
    ///
    /// - Parameters:
    ///   - duration: how long something took.
    ///   - context: the span it belongs to; if it is sampled, it becomes the bucket's exemplar.
    public func observe(_ duration: Duration, in context: TraceContext? = nil) {
        observe(duration.inSeconds, in: context)
    }

    /// The latest exemplar of each bucket.
    var exemplars: [Exemplar?] { latest.withLock { $0 } }

    /// What has been observed so far.
    func snapshot() -> Snapshot {
        total.withLock { total in
            // From here on observations go to the other half.
            let before = begun.wrappingAdd(Self.hotBit, ordering: .acquiringAndReleasing).oldValue
            let cold = before & Self.hotBit == 0 ? first : second
            let started = before & ~Self.hotBit
            // Those under way are a few instructions from their end.
            while cold.finished.load(ordering: .acquiring) != started { sched_yield() }
            for bucket in total.buckets.indices {
                total.buckets[bucket] += cold.buckets.take(at: bucket)
            }
            total.sum += Double(bitPattern: cold.sum.exchange(0, ordering: .relaxed))
            // The half is as new; its observations no longer count as begun.
            cold.finished.store(0, ordering: .relaxed)
            begun.wrappingSubtract(started, ordering: .acquiringAndReleasing)
            return total
        }
    }

    /// The first bucket whose bound is not below the value.
    private func bucket(of value: Double) -> Int {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static let hotBit: UInt64 = 1 << 63
}
