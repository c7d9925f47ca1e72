internal import Numerics

// Above the sets that can all be looked at: random orders of joining, each also backwards.
extension RateGame {
    /// What each channel adds on average over sampled orders, and one standard error of it.
    struct Sample {
        var conversions: Moments
        var value: Moments
    }

    /// Means and standard errors of numbers by place.
    struct Moments {
        private(set) var means: [Double]
        private var squares: [Double]
        private var count = 0.0

        init(places: Int) {
            means = Array(repeating: 0, count: places)
            squares = means
        }

        mutating func add(_ numbers: [Double]) {
            count += 1
            for place in means.indices {
                let distance = numbers[place] - means[place]
                means[place] += distance / count
                squares[place] += distance * (numbers[place] - means[place])
            }
        }

        var errors: [Double] {
            squares.map { ($0 / max(1, count - 1) / count).squareRoot() }
        }
    }

    /// Samples orders in pairs, one the other backwards, which cancels much of the noise.
    func sample(pairs: Int, seed: UInt64) -> Sample {
        let count = channels.count
        var sample = Sample(conversions: Moments(places: count), value: Moments(places: count))
        var order = Array(0..<count)
        for pair in 0..<pairs {
            var random = RandomStream(seed: seed, stream: UInt64(pair))
            for place in (1..<max(1, count)).reversed() {
                order.swapAt(place, random.integer(below: place + 1))
            }
            let forwards = gains(order)
            let backwards = gains(order.reversed())
            sample.conversions.add(Self.mean(forwards.conversions, backwards.conversions))
            sample.value.add(Self.mean(forwards.value, backwards.value))
        }
        return sample
    }

    private static func mean(_ left: [Double], _ right: [Double]) -> [Double] {
        zip(left, right).map { ($0 + $1) / 2 }
    }

    /// What each channel adds when it joins, in one order.
    private func gains(_ order: [Int]) -> (conversions: [Double], value: [Double]) {
        let count = channels.count
        var ranks = [Int32](repeating: 0, count: count)
        for (rank, place) in order.enumerated() { ranks[place] = Int32(rank) }
        // A set is whole when the last of its channels has joined.
        var sums = [Double](repeating: 0, count: count)
        var worths = sums
        var counts = sums
        var start = 0
        for (set, end) in ends.enumerated() {
            var last: Int32 = 0
            for member in start..<end { last = max(last, ranks[Int(members[member])]) }
            sums[Int(last)] += conversions[set]
            worths[Int(last)] += values[set]
            counts[Int(last)] += journeys[set]
            start = end
        }
        var gains = (
            conversions: [Double](repeating: 0, count: count),
            value: [Double](repeating: 0, count: count)
        )
        var (sum, worth, whole) = (0.0, 0.0, 0.0)
        var (rate, worthRate) = (0.0, 0.0)
        for (rank, place) in order.enumerated() {
            sum += sums[rank]
            worth += worths[rank]
            whole += counts[rank]
            let now = whole == 0 ? (0, 0) : (sum / whole, worth / whole)
            gains.conversions[place] = now.0 - rate
            gains.value[place] = now.1 - worthRate
            (rate, worthRate) = now
        }
        return gains
    }
}
