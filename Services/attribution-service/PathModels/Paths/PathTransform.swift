/// What is made of paths before a model sees them.
///
/// Names and meanings are those of the Snowplow and fractribution packages. No transform leaves a
/// journey without a touch.
public enum PathTransform: Equatable, Sendable {
    /// All touches: what both packages call the unique path.
    case unique
    /// Of touches of one channel that follow each other, the last one.
    case exposure
    /// Of all touches of one channel, the first.
    case first
    /// Of all touches of one channel, the first, and how often it came: `email (3)`.
    case frequency
    /// Of all touches of one channel, the first so many.
    case cap(Int)
    /// Touches of a channel at the end go, unless all are of it.
    case removeIfLastAndNotAll(String)
    /// All touches of a channel go, unless all are of it.
    case removeIfNotAll(String)

    /// The paths after it, with equal ones as one.
    ///
    /// A channel that no path has any more keeps its number, and gets no credit.
    ///
    /// - Parameter table: the paths before it.
    /// - Returns: a table of the same journeys.
    /// - Throws: ``AttributionFailure``, if a cap is out of range, or frequencies are more channels
    ///   than a table has.
    public func apply(to table: PathTable) throws(AttributionFailure) -> PathTable {
        if self == .unique { return table }
        return try apply(to: table) { _, _, _ in }
    }

    /// The paths after it, and what became of each.
    ///
    /// - Parameters:
    ///   - table: the paths before it.
    ///   - tell: receives the number of each path before, in order, the touches of it that stay,
    ///     and the number of the path that they are.
    /// - Returns: a table of the same journeys.
    /// - Throws: as ``apply(to:)``.
    func apply(
        to table: PathTable,
        _ tell: (_ path: Int, _ kept: [Int32], _ number: Int) -> Void
    ) throws(AttributionFailure) -> PathTable {
        if case .cap(let most) = self, !(1...PathTable.mostTouchesPerPath).contains(most) {
            throw .parameterOutOfRange(
                "cap",
                value: Double(most),
                range: 1...Double(PathTable.mostTouchesPerPath)
            )
        }
        var result = PathTable(isTimed: table.isTimed, mostTouches: table.mostTouches)
        if self != .frequency { result.channels = table.channels }
        var counts = [Int](repeating: 0, count: table.channels.count)
        var path: [ChannelNames.ID] = []
        var ages: [UInt32] = []
        var kept: [Int32] = []
        for number in 0..<table.count {
            let touches = table.path(number)
            let times = table.ages(number)
            for touch in touches.indices { counts[Int(touches[touch])] = 0 }
            path.removeAll(keepingCapacity: true)
            ages.removeAll(keepingCapacity: true)
            kept.removeAll(keepingCapacity: true)
            try keep(touches, table.channels, &counts) { (touch, channel) in
                path.append(channel)
                kept.append(Int32(touch))
                if table.isTimed { ages.append(times[touch]) }
            }
            if self == .frequency {
                // By now the counts are those of the whole path.
                for index in path.indices {
                    let channel = Int(path[index])
                    path[index] = try result.channel(
                        "\(table.channels.names[channel]) (\(counts[channel]))"
                    )
                }
            }
            try result.append(
                path.span,
                ages: ages.span,
                conversions: table.conversions[number],
                value: table.values[number],
                nulls: table.nulls[number]
            )
            if let found = result.find(path.span, ages: ages.span) { tell(number, kept, found) }
        }
        return result
    }

    /// Names the touches that stay; `counts` counts the touches of each channel.
    private func keep(
        _ touches: Span<ChannelNames.ID>,
        _ channels: ChannelNames,
        _ counts: inout [Int],
        _ keep: (Int, ChannelNames.ID) -> Void
    ) throws(AttributionFailure) {
        let removed: ChannelNames.ID?
        switch self {
        case .removeIfLastAndNotAll(let name), .removeIfNotAll(let name):
            removed = channels.existing(name)
        default: removed = nil
        }
        var end = touches.count
        var hasOthers = false
        if let removed {
            for touch in touches.indices where touches[touch] != removed { hasOthers = true }
            if case .removeIfLastAndNotAll = self, hasOthers {
                while touches[end - 1] == removed { end -= 1 }
            }
        }
        for touch in 0..<end {
            let channel = touches[touch]
            counts[Int(channel)] += 1
            let stays =
                switch self {
                case .unique, .removeIfLastAndNotAll: true
                case .exposure: touch + 1 == end || touches[touch + 1] != channel
                case .first, .frequency: counts[Int(channel)] == 1
                case .cap(let most): counts[Int(channel)] <= most
                case .removeIfNotAll: !hasOthers || channel != removed
                }
            if stays { keep(touch, channel) }
        }
    }
}
