internal import Synchronization

/// A number that only grows, until the process ends.
///
/// All methods may be called by any thread; they take no lock.
public final class Counter: Sendable {
    /// Whole increments, which are exact.
    private let whole = Atomic<UInt64>(0)
    /// The bits of the sum of all others.
    private let fraction = Atomic<UInt64>(0)

    /// Starts at zero.
    init() {}

    /// Counts one thing.
    public func increment() {
        whole.wrappingAdd(1, ordering: .relaxed)
    }

    /// Counts some things.
    ///
    /// - Parameter count: a number below zero counts nothing.
    public func increment(by count: Int) {
        guard count > 0 else { return }
        whole.wrappingAdd(UInt64(count), ordering: .relaxed)
    }

    /// Adds an amount, as of seconds.
    ///
    /// - Parameter amount: one that is not finite or below zero adds nothing.
    public func add(_ amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        fraction.addDouble(amount)
    }

    /// Adds a duration in seconds.
    ///
    /// - Parameter duration: one below zero adds nothing.
    public func add(_ duration: Duration) {
        add(duration.inSeconds)
    }

    /// What has been counted.
    public var value: Double {
        Double(whole.load(ordering: .relaxed))
            + Double(bitPattern: fraction.load(ordering: .relaxed))
    }

    /// What has been counted, exactly if all of it was whole.
    var number: MetricNumber {
        let sum = Double(bitPattern: fraction.load(ordering: .relaxed))
        let count = whole.load(ordering: .relaxed)
        return sum == 0 ? .whole(count) : .real(Double(count) + sum)
    }
}

extension Atomic where Value == UInt64 {
    /// Adds to the number whose bits it holds.
    func addDouble(_ amount: Double) {
        var old = load(ordering: .relaxed)
        while true {
            let sum = Double(bitPattern: old) + amount
            let (isDone, current) = weakCompareExchange(
                expected: old,
                desired: sum.bitPattern,
                ordering: .relaxed
            )
            if isDone { return }
            old = current
        }
    }
}

extension Duration {
    /// The seconds as a number.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
