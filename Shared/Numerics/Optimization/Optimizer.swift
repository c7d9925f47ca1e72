internal import CNLopt

/// Why an optimisation found nothing.
public enum OptimizationFailure: Error, Equatable, CustomStringConvertible {
    /// A setting breaks a rule.
    case badProblem(String)
    /// The function or a constraint threw, in words.
    case threw(String)
    /// The function, a constraint or a derivative was not a finite number.
    case notFinite
    /// The method broke down; what the library calls it.
    case failed(String)

    /// The reason in words.
    public var description: String {
        switch self {
        case .badProblem(let reason): reason
        case .threw(let reason): "the function failed: \(reason)"
        case .notFinite: "the function or a derivative was not a finite number"
        case .failed(let reason): "the method broke down: \(reason)"
        }
    }
}

/// Finds the smallest value of a smooth function between bounds, under constraints.
///
/// By NLopt: SLSQP (Kraft 1994) with constraints, or L-BFGS (Liu and Nocedal 1989) without. Both
/// find a local minimum, and take the same steps each time.
public struct Optimizer {
    /// A value at a point, with its derivatives.
    ///
    /// - Parameters:
    ///   - x: `[n]`.
    ///   - gradient: `[n]`, to be filled.
    /// - Returns: the value.
    /// - Throws: anything, if there is no way on.
    public typealias Function = (
        _ x: Span<Double>, _ gradient: inout MutableSpan<Double>
    ) throws -> Double

    /// How the search goes.
    public enum Method: Sendable {
        /// Sequential quadratic programming; takes constraints.
        case sequentialQuadratic
        /// Limited-memory quasi-Newton; takes bounds only, and many dimensions.
        case quasiNewton
    }

    /// Why the search ended.
    public enum Ending: Equatable, Sendable {
        /// A further step would change nothing worth speaking of.
        case converged
        /// The evaluations were used up: the point is the best so far.
        case evaluationsUsedUp
        /// Rounding stopped it: the point is the best so far, as a rule as good as it gets.
        case rounding
    }

    /// What was found.
    public struct Result: Equatable, Sendable {
        /// Where, `[n]`.
        public let point: [Double]
        /// The value there.
        public let value: Double
        /// Why the search ended.
        public let ending: Ending
        /// How often the function was asked.
        public let evaluations: Int
    }

    /// How the search goes.
    public var method = Method.sequentialQuadratic
    /// The lowest allowed numbers, `[n]`: −∞ where there is none, or no numbers at all.
    public var lower: [Double] = []
    /// The highest allowed numbers, `[n]`: ∞ where there is none, or no numbers at all.
    public var upper: [Double] = []
    /// Functions that must not be positive.
    public var notPositive: [Function] = []
    /// Functions that must be zero.
    public var zero: [Function] = []
    /// How far constraints may be missed, positive.
    public var constraintTolerance = 1e-10
    /// The search ends when a step changes every number by less than this share of it, positive.
    public var relativeTolerance = 1e-10
    /// The most evaluations of the function, from 1.
    public var maximumEvaluations = 10_000

    /// An optimiser without bounds and constraints.
    public init() {}

    /// Searches from a point.
    ///
    /// - Parameters:
    ///   - start: `[n]`, at least one number; moved into the bounds.
    ///   - function: what is to be smallest.
    /// - Returns: the best point that was found.
    /// - Throws: ``OptimizationFailure``.
    public func minimize(
        from start: [Double],
        _ function: @escaping Function
    ) throws(OptimizationFailure) -> Result {
        try check(start)
        let session = try OptimizerSession(self, dimension: start.count)
        return try session.minimize(from: start, function)
    }

    private func check(_ start: [Double]) throws(OptimizationFailure) {
        func require(_ isMet: Bool, _ rule: String) throws(OptimizationFailure) {
            guard isMet else { throw .badProblem(rule) }
        }
        try require(!start.isEmpty && start.span.isFinite(), "the start must be finite numbers")
        for bounds in [lower, upper] where !bounds.isEmpty {
            try require(bounds.count == start.count, "there must be a bound for each number")
            try require(!bounds.contains { $0.isNaN }, "a bound is not a number")
        }
        if !lower.isEmpty && !upper.isEmpty {
            try require(zip(lower, upper).allSatisfy { $0 <= $1 }, "a bound is above its upper one")
        }
        let isFree = notPositive.isEmpty && zero.isEmpty
        try require(method != .quasiNewton || isFree, "this method takes no constraints")
        try require(zero.count <= start.count, "there are more equations than numbers")
        try require(constraintTolerance > 0 && relativeTolerance > 0, "tolerances are positive")
        try require((1...1_000_000_000).contains(maximumEvaluations), "one evaluation at least")
    }
}
