/// What is left of a quota: it is used in pieces and comes back evenly, up to the burst.
///
/// A value on the clock that it is given. The level is counted in amounts times nanoseconds of the
/// window, so that it is exact: what comes back in a nanosecond is the limit's amount, whatever the
/// intervals in which it is asked. Where several instances share a limit each charges as many times
/// as there are instances, which gives each its part and follows their number from call to call.
public struct TokenBucket: Sendable {
    /// What the bucket holds at most and gets back.
    public private(set) var limit: QuotaLimit
    private var level: Int128
    private var lastTime: ContinuousClock.Instant

    /// A full bucket.
    ///
    /// - Parameters:
    ///   - limit: what it holds at most and gets back.
    ///   - now: the time.
    public init(_ limit: QuotaLimit, at now: ContinuousClock.Instant) {
        self.limit = limit
        level = Int128(limit.burst) * limit.windowNanoseconds
        lastTime = now
    }

    /// Goes on with another limit: what was used stays used.
    ///
    /// - Parameters:
    ///   - limit: the new limit.
    ///   - now: the time.
    public mutating func change(to limit: QuotaLimit, at now: ContinuousClock.Instant) {
        guard limit != self.limit else { return }
        refill(at: now, instances: 1)
        let used = Int128(self.limit.burst) * self.limit.windowNanoseconds - level
        let scaled = used * limit.windowNanoseconds / self.limit.windowNanoseconds
        level = max(0, Int128(limit.burst) * limit.windowNanoseconds - max(0, scaled))
        self.limit = limit
    }

    /// Uses some of the quota, or none if there is too little.
    ///
    /// - Parameters:
    ///   - amount: how much, not below zero.
    ///   - now: the time; one that is before the last gives nothing back.
    ///   - instances: how many instances share the limit, this one among them.
    /// - Returns: whether there was enough, and what is left.
    public mutating func take(
        _ amount: Int = 1,
        at now: ContinuousClock.Instant,
        instances: Int = 1
    ) -> QuotaDecision {
        precondition(amount >= 0 && instances >= 1, "no quota is used backwards")
        refill(at: now, instances: instances)
        let unit = limit.windowNanoseconds * Int128(instances)
        let cost = Int128(amount) * unit
        let isAllowed = cost <= level
        if isAllowed { level -= cost }
        let capacity = capacity(instances)
        return QuotaDecision(
            isAllowed: isAllowed,
            limit: Int(capacity / unit),
            remaining: Int(level / unit),
            retryAfter: isAllowed || cost > capacity ? nil : time(toGain: cost - level),
            resetAfter: time(toGain: capacity - level)
        )
    }

    /// Whether a rest has refilled it: then it may be forgotten, and made anew when it is needed.
    public func isFull(at now: ContinuousClock.Instant) -> Bool {
        var copy = self
        copy.refill(at: now, instances: 1)
        return copy.level >= Int128(limit.burst) * limit.windowNanoseconds
    }

    private mutating func refill(at now: ContinuousClock.Instant, instances: Int) {
        if now > lastTime {
            level += lastTime.duration(to: now).wholeNanoseconds * Int128(limit.amount)
            lastTime = now
        }
        level = min(level, capacity(instances))
    }

    /// What the bucket holds: the burst, or one for each instance where that is more, so that no
    /// instance refuses everything.
    private func capacity(_ instances: Int) -> Int128 {
        Int128(max(limit.burst, instances)) * limit.windowNanoseconds
    }

    /// How long it takes until so much has come back.
    private func time(toGain units: Int128) -> Duration {
        let nanoseconds = (units + Int128(limit.amount) - 1) / Int128(limit.amount)
        return .nanoseconds(Int64(clamping: max(0, nanoseconds)))
    }
}

extension QuotaLimit {
    fileprivate var windowNanoseconds: Int128 { window.wholeNanoseconds }
}

extension Duration {
    /// The whole nanoseconds, rounded down.
    fileprivate var wholeNanoseconds: Int128 { attoseconds / 1_000_000_000 }
}
