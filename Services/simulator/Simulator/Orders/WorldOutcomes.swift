/// What a world's shop sold, by state and day, whether its events have it or not.
public struct WorldOutcomes: Hashable, Sendable {
    /// How many orders, at the first state's first day first, `[geos * days]`.
    public internal(set) var orders: [Int]
    /// What they were worth in cents, in the same order.
    public internal(set) var cents: [Int]
    /// What was paid back on the day in cents, in the same order.
    public internal(set) var refunds: [Int]
    /// How many of the orders the events have, in the same order.
    public internal(set) var trackedOrders: [Int]
    /// What these were worth in cents, in the same order.
    public internal(set) var trackedCents: [Int]

    init(count: Int) {
        let nothing = Array(repeating: 0, count: count)
        (orders, cents, refunds) = (nothing, nothing, nothing)
        (trackedOrders, trackedCents) = (nothing, nothing)
    }
}
