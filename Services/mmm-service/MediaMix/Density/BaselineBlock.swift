internal import Numerics

/// What there would be without anything else: a constant, or lines between knots.
struct BaselineBlock: Sendable {
    private let levels: [Int]
    /// For each period the knot before it, and how far it is from there to the next.
    private let places: [(knot: Int, share: Double)]

    /// - Parameters:
    ///   - levels: the slots of the constant, or of the knots.
    ///   - periods: how many periods there are.
    init(levels: [Int], periods: Int) {
        self.levels = levels
        let knots = Self.knots(levels.count, periods: periods)
        places = (0..<periods).map { period in
            guard levels.count > 1 else { return (0, 0) }
            let next = knots.firstIndex { $0 > period } ?? knots.count - 1
            let width = Double(knots[next] - knots[next - 1])
            return (next - 1, Double(period - knots[next - 1]) / width)
        }
    }

    /// The periods at which knots lie: evenly, the first and last at the ends.
    static func knots(_ count: Int, periods: Int) -> [Int] {
        guard count > 1 else { return [0] }
        return (0..<count).map { $0 * (periods - 1) / (count - 1) }
    }

    func forward(_ values: [Double], into series: inout [Double]) {
        if levels.count == 1 {
            let level = values[levels[0]]
            for period in series.indices { series[period] = level }
            return
        }
        for period in series.indices {
            let (knot, share) = places[period]
            series[period] = values[levels[knot]] * (1 - share) + values[levels[knot + 1]] * share
        }
    }

    func pull(_ seriesAdjoint: [Double], into adjoints: inout [Double]) {
        if levels.count == 1 {
            adjoints[levels[0]] += seriesAdjoint.span.sum()
            return
        }
        for period in seriesAdjoint.indices {
            let (knot, share) = places[period]
            adjoints[levels[knot]] += seriesAdjoint[period] * (1 - share)
            adjoints[levels[knot + 1]] += seriesAdjoint[period] * share
        }
    }
}
