/// To the first touch of each channel the same: the Shapley value of the game in which a set of
/// channels is worth the conversions of the journeys that need no other.
///
/// That game is a sum over journeys, so its Shapley value divides each conversion alike among the
/// different channels of its journey, and no set need be looked at. ``positions(_:)`` splits the
/// same sums by where in its journey a channel first came (Zhao, Mahboobi and Bagheri 2018).
public struct OrderedShapley: PathRule {
    /// `shapley_ordered`.
    public let name = "shapley_ordered"

    /// The model.
    public init() {}

    /// One nth at the first touch of each of n channels.
    public func divide(_ path: Int, of table: PathTable, _ shares: inout MutableSpan<Double>) {
        let touches = table.path(path)
        let channels = Self.firstTouches(touches)
        for touch in channels { shares[touch] = 1 / Double(channels.count) }
    }

    /// The touches at which a channel comes for the first time.
    private static func firstTouches(_ touches: Span<ChannelNames.ID>) -> [Int] {
        var seen: [ChannelNames.ID] = []
        var first: [Int] = []
        for touch in touches.indices where !seen.contains(touches[touch]) {
            seen.append(touches[touch])
            first.append(touch)
        }
        return first
    }

    /// Credit by channel, and in it by how many other channels had come before.
    ///
    /// - Parameter table: the journeys.
    /// - Returns: for conversions and for value, by channel, as many numbers as the most channels
    ///   of a journey that converts.
    /// - Throws: ``AttributionFailure/noConversions``.
    public func positions(
        _ table: PathTable
    ) throws(AttributionFailure) -> (conversions: [[Double]], value: [[Double]]) {
        try table.needConversions()
        let firsts = (0..<table.count).map { path in
            table.conversions[path] == 0 ? [] : Self.firstTouches(table.path(path))
        }
        let most = firsts.map(\.count).max() ?? 0
        let empty = Array(
            repeating: [Double](repeating: 0, count: most),
            count: table.channels.count
        )
        var result = (conversions: empty, value: empty)
        for (path, touches) in firsts.enumerated() {
            let count = Double(touches.count)
            for (position, touch) in touches.enumerated() {
                let channel = Int(table.path(path)[touch])
                result.conversions[channel][position] += Double(table.conversions[path]) / count
                result.value[channel][position] += table.values[path].double / count
            }
        }
        return result
    }
}
