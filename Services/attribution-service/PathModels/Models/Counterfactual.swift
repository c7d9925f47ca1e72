/// To each touch what the journey would lose without it: the published form of what is elsewhere
/// called data-driven.
///
/// A path's rate is that of the journeys which took exactly it. A touch has the rate of the path
/// minus that of the path without the touch, at least 0; where no touch has any, all goes to the
/// last one, and a path of one touch gives it all.
public struct Counterfactual: PathRule {
    /// `data_driven`.
    public let name = "data_driven"

    /// The model.
    public init() {}

    /// Journeys of the same channels count together, whatever their times.
    public var times: TimesUse { .refused }

    /// What the journey would lose without each touch.
    public func divide(_ path: Int, of table: PathTable, _ shares: inout MutableSpan<Double>) {
        let touches = table.path(path)
        let end = touches.count - 1
        let own = Self.rate(path, table)
        var sum = 0.0
        // Removing either of two equal neighbours leaves the same path.
        for touch in touches.indices where end > 0 {
            if touch > 0, touches[touch] == touches[touch - 1] {
                shares[touch] = shares[touch - 1]
            } else {
                let found = table.find(Self.without(touch, touches).span)
                shares[touch] = max(0, own - (found.map { Self.rate($0, table) } ?? 0))
            }
            sum += shares[touch]
        }
        guard sum > 0 else {
            shares[end] = 1
            return
        }
        for touch in touches.indices { shares[touch] /= sum }
    }

    private static func rate(_ path: Int, _ table: PathTable) -> Double {
        let journeys = table.conversions[path] + table.nulls[path]
        return journeys == 0 ? 0 : Double(table.conversions[path]) / Double(journeys)
    }

    private static func without(
        _ touch: Int,
        _ touches: Span<ChannelNames.ID>
    ) -> [ChannelNames.ID] {
        var rest: [ChannelNames.ID] = []
        rest.reserveCapacity(touches.count)
        for index in touches.indices where index != touch { rest.append(touches[index]) }
        return rest
    }
}
