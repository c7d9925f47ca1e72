/// How large a world is.
public struct WorldScale: Hashable, Sendable {
    /// The first day, in days since 1970-01-01.
    public var firstDay = 19_723
    /// How many days there are.
    public var days = 731
    /// How many states there are customers in, the most populous ones.
    public var geos = 51
    /// About how many orders there are on a day in all states.
    public var ordersPerDay = 170.0
    /// On how many days, the last ones, what visitors do is recorded.
    public var trackedDays = 731
    /// Which part of the orders of such days is recorded: blockers and calls hide others.
    public var trackedShare = 0.8
    /// How many visits that end in nothing there are for each order.
    public var visitsPerOrder = 3.0

    /// Two years of a shop with more than a million events.
    public init() {}

    /// Two years of spend and outcomes, and over a million events.
    public static let full = WorldScale()

    /// The same two years in ten states, with five weeks of events.
    public static let small: WorldScale = {
        var scale = WorldScale()
        scale.geos = 10
        scale.trackedDays = 35
        return scale
    }()

    /// The scales that have names.
    public static let named: [(name: String, scale: WorldScale)] = [
        ("full", full), ("small", small),
    ]

    /// Checks that a world can be made so large.
    ///
    /// - Throws: ``WorldError`` for the first that is out of bounds.
    func check() throws(WorldError) {
        func hold<Value: Comparable>(
            _ name: String,
            _ value: Value,
            _ range: ClosedRange<Value>
        ) throws(WorldError) {
            guard range.contains(value) else {
                throw WorldError(
                    field: name,
                    problem: "\(value): expected \(range.lowerBound) to \(range.upperBound)"
                )
            }
        }
        try hold("first_day", firstDay, 7_305...40_000)
        try hold("days", days, 7...3_660)
        try hold("geos", geos, 1...USState.all.count)
        try hold("orders_per_day", ordersPerDay, 1...100_000)
        try hold("tracked_days", trackedDays, 0...days)
        try hold("tracked_share", trackedShare, 0...1)
        try hold("visits_per_order", visitsPerOrder, 0...100)
    }
}

/// Why there is no such world.
public struct WorldError: Error, Hashable, CustomStringConvertible {
    /// What is wrong.
    public let field: String
    /// How, and what is expected.
    public let problem: String

    /// Both in a sentence.
    public var description: String { "\(field) is \(problem)" }
}
