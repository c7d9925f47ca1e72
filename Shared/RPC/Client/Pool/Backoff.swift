/// How long to wait before the next attempt to connect.
///
/// Source: gRPC, `doc/connection-backoff.md`: 1 s, growing by 1.6 up to 120 s, within ±20 %.
struct Backoff: Sendable {
    /// The first wait.
    var initial = Duration.seconds(1)
    /// The longest.
    var maximum = Duration.seconds(120)

    private var failures = 0

    init(initial: Duration = .seconds(1), maximum: Duration = .seconds(120)) {
        self.initial = initial
        self.maximum = maximum
    }

    /// Notes a failure.
    ///
    /// - Parameter random: a number in 0..<1, which spreads those who failed at the same time.
    /// - Returns: how long to wait now.
    mutating func next(random: Double) -> Duration {
        var wait = initial
        for _ in 0..<min(failures, 64) where wait < maximum { wait = wait * 1.6 }
        failures += 1
        return min(wait, maximum) * (0.8 + 0.4 * random)
    }

    /// Notes a success.
    mutating func reset() { failures = 0 }
}
