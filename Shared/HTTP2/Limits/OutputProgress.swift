/// Whether output that waits for a peer moves on: one that takes a byte now and then is as good as
/// one that takes nothing.
public struct OutputProgress: Sendable {
    /// Until when what went out has paid for, or when output began to wait: in the future if much
    /// went out at once.
    private var since: ContinuousClock.Instant
    /// What went out and does not pay for a whole limit yet.
    private var bytes = 0

    /// When `since` was as far ahead as it may be: until later nothing pays for more.
    private var fullAt: ContinuousClock.Instant?

    /// For how many limits one may pay at a time: windows and kernels move output in lumps, of
    /// which a slow reader takes minutes to read one.
    private static let mostLimits = 4

    /// Starts without output.
    public init(at now: ContinuousClock.Instant) {
        since = now
    }

    /// Output begins to wait now, or there is none.
    public mutating func restart(at now: ContinuousClock.Instant) {
        since = max(since, now)
        bytes = 0
    }

    /// Notes that bytes went out.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - now: the time.
    ///   - enough: how many must go out within the limit; twice as many count for twice as long, up
    ///     to four times.
    ///   - limit: how long enough may take.
    public mutating func note(
        _ count: Int,
        at now: ContinuousClock.Instant,
        enough: Int,
        limit: Duration
    ) {
        bytes += count
        guard bytes >= enough else { return }
        defer { bytes %= enough }
        // Most of a large body goes out in few turns.
        if now == fullAt { return }
        let paid = max(since, now - limit) + limit * min(bytes / enough, Self.mostLimits)
        let most = now + limit * (Self.mostLimits - 1)
        since = min(paid, most)
        if since == most { fullAt = now }
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
