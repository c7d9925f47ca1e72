internal import Tenancy

/// Which tenants are visited although nobody has said that they have work: each of them once in a
/// period, spread evenly over it.
struct TenantSweep {
    private let period: Duration
    private var begin: ContinuousClock.Instant?
    private var last: TenantID?

    /// A sweep that takes so long for all tenants.
    init(_ period: Duration) { self.period = period }

    /// The tenants whose turn has come.
    ///
    /// - Parameters:
    ///   - tenants: all there are, in order.
    ///   - now: the time.
    /// - Returns: those since the last time it was asked, which may be all of them; the first time
    ///   all.
    mutating func next(_ tenants: [TenantID], at now: ContinuousClock.Instant) -> [TenantID] {
        guard let begin, !tenants.isEmpty else {
            begin = now
            last = tenants.last
            return tenants
        }
        let count = Double(tenants.count)
        let share = begin.duration(to: now) / period
        let wanted = min(Int(share * count), tenants.count)
        // What is left of the time counts for the next turn; who was late has caught up.
        self.begin = share < 1 ? begin.advanced(by: period * (Double(wanted) / count)) : now
        guard wanted > 0 else { return [] }
        // Those after the one that was last, and then from the beginning.
        let start = last.flatMap { last in tenants.firstIndex { $0 > last } } ?? 0
        let turn = (0..<wanted).map { tenants[(start + $0) % tenants.count] }
        last = turn.last
        return turn
    }
}
