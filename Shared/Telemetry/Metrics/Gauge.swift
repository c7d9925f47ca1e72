internal import Synchronization

/// A number that goes up and down.
///
/// All methods may be called by any thread; they take no lock.
public final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(0)

    /// Starts at zero.
    init() {}

    /// Replaces the number.
    ///
    /// - Parameter value: the new number; it may be infinite or NaN.
    public func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Adds to the number.
    ///
    /// - Parameter amount: may be below zero.
    public func add(_ amount: Double) {
        bits.addDouble(amount)
    }

    /// Adds one.
    public func increment() { add(1) }

    /// Takes one away.
    public func decrement() { add(-1) }

    /// The number.
    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}
