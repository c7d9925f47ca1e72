/// How much of something a tenant may use: so much at once, and so much in each while.
public struct QuotaLimit: Hashable, Sendable {
    /// How much comes back in a window: 1 to a thousand million.
    public let amount: Int
    /// How long a window is: a millisecond to a day.
    public let window: Duration
    /// How much may be used at once after a rest: 1 to a thousand million.
    public let burst: Int

    /// A limit; nil for what is out of range.
    ///
    /// - Parameters:
    ///   - amount: how much comes back in a window, evenly.
    ///   - window: how long a window is.
    ///   - burst: how much may be used at once; nil for as much as a window's.
    public init?(_ amount: Int, per window: Duration, burst: Int? = nil) {
        let burst = burst ?? amount
        guard (1...1_000_000_000).contains(amount), (1...1_000_000_000).contains(burst),
            window >= .milliseconds(1), window <= .seconds(86_400)
        else { return nil }
        self.amount = amount
        self.window = window
        self.burst = burst
    }
}
