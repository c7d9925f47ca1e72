internal import Synchronization

/// A clock that stands still until a test moves it: the time of day and the monotonic time of one.
public final class TestClock: Sendable {
    private let elapsed = Atomic<Int64>(0)
    private let startMilliseconds: Int64
    private let startInstant = ContinuousClock.now

    /// A clock.
    ///
    /// - Parameter milliseconds: its time of day, since 1970.
    public init(milliseconds: Int64 = 1_800_000_000_000) {
        startMilliseconds = milliseconds
    }

    /// The time of day, in milliseconds since 1970.
    public var milliseconds: Int64 {
        startMilliseconds + elapsed.load(ordering: .relaxed) / 1_000_000
    }

    /// The monotonic time.
    public var instant: ContinuousClock.Instant {
        startInstant.advanced(by: .nanoseconds(elapsed.load(ordering: .relaxed)))
    }

    /// Moves the clock, to the nanosecond; below zero sets it back.
    public func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        elapsed.wrappingAdd(
            seconds * 1_000_000_000 + attoseconds / 1_000_000_000,
            ordering: .relaxed
        )
    }
}
