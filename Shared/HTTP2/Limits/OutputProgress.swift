/// Whether output that waits for a peer moves on: one that takes a byte now and then is as good as
/// one that takes nothing.
public struct OutputProgress: Sendable {
    /// When enough had gone out last, or output began to wait.
    private var since: ContinuousClock.Instant
    private var bytes = 0

    /// Starts without output.
    public init(at now: ContinuousClock.Instant) {
        since = now
    }

    /// Output begins to wait now, or there is none.
    public mutating func restart(at now: ContinuousClock.Instant) {
        since = now
        bytes = 0
    }

    /// Notes that bytes went out.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - now: the time.
    ///   - enough: how many must go out for the time to start anew.
    public mutating func note(_ count: Int, at now: ContinuousClock.Instant, enough: Int) {
        bytes += count
        if bytes >= enough { restart(at: now) }
    }

    /// Whether too little has gone out for too long.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - limit: how long enough may take.
    /// - Returns: true from `limit` on; it says nothing where no output waits.
    public func isStalled(at now: ContinuousClock.Instant, limit: Duration) -> Bool {
        now - since >= limit
    }
}

extension HTTP2Configuration {
    /// How many bytes must go out within ``stallTimeout`` for output to count as moving.
    public var stallBytes: Int {
        let seconds = stallTimeout / .seconds(1)
        // A rate or a time beyond all bounds asks for as much as any window holds.
        return Int(min(max(1, Double(minimumReadRate) * seconds), Double(Int32.max)))
    }
}
