/// Lines between knots that are spread evenly over periods, the first and last at the ends.
struct KnotLines: Sendable {
    /// For each period the knot before it, and how far it is from there to the next.
    private let places: [(knot: Int, share: Double)]

    /// - Parameters:
    ///   - count: how many knots there are, from 2.
    ///   - periods: how many periods there are, from as many.
    init(_ count: Int, periods: Int) {
        let knots = (0..<count).map { $0 * (periods - 1) / (count - 1) }
        places = (0..<periods).map { period in
            let next = knots.firstIndex { $0 > period } ?? knots.count - 1
            let width = Double(knots[next] - knots[next - 1])
            return (next - 1, Double(period - knots[next - 1]) / width)
        }
    }

    /// The height at a period.
    ///
    /// - Parameters:
    ///   - period: from 0.
    ///   - slots: where the heights of knots are.
    ///   - values: all parameters.
    /// - Returns: the height.
    func height(_ period: Int, _ slots: [Int], _ values: [Double]) -> Double {
        let (knot, share) = places[period]
        return values[slots[knot]] * (1 - share) + values[slots[knot + 1]] * share
    }

    /// Gives the knots what the derivative by the height at a period makes theirs.
    func pull(_ adjoint: Double, _ period: Int, _ slots: [Int], into adjoints: inout [Double]) {
        let (knot, share) = places[period]
        adjoints[slots[knot]] += adjoint * (1 - share)
        adjoints[slots[knot + 1]] += adjoint * share
    }
}
