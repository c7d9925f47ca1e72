/// The game in which a set of channels is worth the rate of the journeys that need no other: their
/// conversions, or value, by their number; nothing if there are none.
struct RateGame {
    /// The channels that some journey has.
    let channels: [ChannelNames.ID]
    /// Each different set of channels: the places of its channels in `channels`, and where it ends.
    private(set) var members: [Int32] = []
    private(set) var ends: [Int] = []
    private(set) var conversions: [Double] = []
    private(set) var values: [Double] = []
    private(set) var journeys: [Double] = []

    init(_ table: PathTable) throws(AttributionFailure) {
        var isPresent = [Bool](repeating: false, count: table.channels.count)
        var sets = PathTable(mostTouches: table.mostTouches)
        sets.channels = table.channels
        var set: [ChannelNames.ID] = []
        for path in 0..<table.count where table.conversions[path] + table.nulls[path] > 0 {
            let touches = table.path(path)
            set.removeAll(keepingCapacity: true)
            for touch in touches.indices where !set.contains(touches[touch]) {
                set.append(touches[touch])
                isPresent[Int(touches[touch])] = true
            }
            set.sort()
            try sets.append(
                set.span,
                conversions: table.conversions[path],
                value: table.values[path],
                nulls: table.nulls[path]
            )
        }
        channels = isPresent.indices.filter { isPresent[$0] }.map(ChannelNames.ID.init)
        var places = [Int32](repeating: 0, count: table.channels.count)
        for (place, channel) in channels.enumerated() { places[Int(channel)] = Int32(place) }
        for set in 0..<sets.count {
            let touches = sets.path(set)
            for touch in touches.indices { members.append(places[Int(touches[touch])]) }
            ends.append(members.count)
            conversions.append(Double(sets.conversions[set]))
            values.append(sets.values[set].double)
            journeys.append(Double(sets.conversions[set] + sets.nulls[set]))
        }
    }

    /// Numbers by place, as numbers by channel of a table; other channels have none.
    func spread(_ numbers: [Double], over count: Int) -> [Double] {
        var result = [Double](repeating: 0, count: count)
        for (place, channel) in channels.enumerated() { result[Int(channel)] = numbers[place] }
        return result
    }
}

// The exact solution: a rate for each of 2ⁿ sets, by adding up over subsets one channel at a time.
extension RateGame {
    /// The most channels whose sets are all looked at.
    static let mostExact = 20

    /// What each channel adds on average over all orders of joining.
    func exact() -> (conversions: [Double], value: [Double]) {
        let size = 1 << channels.count
        var sums = [Double](repeating: 0, count: size)
        var worths = sums
        var counts = sums
        var start = 0
        for (set, end) in ends.enumerated() {
            let bits = members[start..<end].reduce(0) { $0 | 1 << Int($1) }
            sums[bits] += conversions[set]
            worths[bits] += values[set]
            counts[bits] += journeys[set]
            start = end
        }
        Self.addSubsets(&sums)
        Self.addSubsets(&worths)
        Self.addSubsets(&counts)
        for set in 0..<size where counts[set] > 0 {
            sums[set] /= counts[set]
            worths[set] /= counts[set]
        }
        return (marginals(sums), marginals(worths))
    }

    /// To each set the sum over its subsets (the zeta transform), in n × 2ⁿ⁻¹ additions.
    private static func addSubsets(_ numbers: inout [Double]) {
        var width = 1
        while width < numbers.count {
            for block in stride(from: 0, to: numbers.count, by: width * 2) {
                for low in block..<block + width { numbers[low + width] += numbers[low] }
            }
            width *= 2
        }
    }

    private func marginals(_ rates: [Double]) -> [Double] {
        let count = channels.count
        // A set of s others is before a channel in s! (n − 1 − s)! of n! orders.
        var weights = [Double](repeating: 1 / Double(count), count: count)
        for size in 1..<max(1, count) {
            weights[size] = weights[size - 1] * Double(size) / Double(count - size)
        }
        return (0..<count).map { channel in
            let width = 1 << channel
            var sum = 0.0
            for block in stride(from: 0, to: rates.count, by: width * 2) {
                for low in block..<block + width {
                    sum += (rates[low + width] - rates[low]) * weights[low.nonzeroBitCount]
                }
            }
            return sum
        }
    }
}
