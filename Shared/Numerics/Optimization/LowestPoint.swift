/// The lowest point of a search so far.
struct LowestPoint {
    let point: [Double]
    let value: Double
    private let gradient: [Double]

    init(_ point: Span<Double>, _ value: Double, _ gradient: Span<Double>) {
        self.point = point.indices.map { point[$0] }
        self.value = value
        self.gradient = gradient.indices.map { gradient[$0] }
    }

    /// A relative slope below which rounding hides it: the third root of the machine's precision.
    private static let levelSlope = 6e-6

    /// Where it is, and how high.
    var place: ([Double], Double) { (point, value) }

    /// The steepest slope.
    var steepness: Double { gradient.reduce(0) { max($0, abs($1)) } }

    /// Whether no allowed way leads down by more than rounding.
    ///
    /// By how much the value would change, as a share of it, were a number to change by all of
    /// itself: Dennis and Schnabel, “Numerical methods for unconstrained optimization”, 1983, §7.2.
    ///
    /// - Parameter optimizer: the search, with its bounds.
    /// - Returns: whether the point is as low as numbers can tell.
    func isLevel(_ optimizer: Optimizer) -> Bool {
        point.indices.allSatisfy { index in
            let (number, slope) = (point[index], gradient[index])
            if !optimizer.lower.isEmpty, number <= optimizer.lower[index], slope > 0 { return true }
            if !optimizer.upper.isEmpty, number >= optimizer.upper[index], slope < 0 { return true }
            return abs(slope) * max(1, abs(number)) <= Self.levelSlope * max(1, abs(value))
        }
    }
}

extension Optimizer {
    /// Whether a point is between the bounds.
    ///
    /// - Parameter point: `[n]`.
    /// - Returns: whether all its numbers are.
    func allows(_ point: Span<Double>) -> Bool {
        point.indices.allSatisfy { index in
            (lower.isEmpty || point[index] >= lower[index])
                && (upper.isEmpty || point[index] <= upper[index])
        }
    }
}
