internal import Numerics

/// How the effect of a medium carries over into the periods after it was seen.
///
/// The effect in period t is Σ w_l x_{t−l} over the lags l from 0; before the first period there
/// was nothing. Nothing here allocates, and parameters at the ends of their ranges give finite
/// weights and adjoints, for samplers go there.
public struct Adstock: Sendable, Hashable {
    /// The shape of the weights before they are normalised.
    ///
    /// Parameters stand in the order in which they are named here; n is the number of weights.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// Nothing carries over: 1, 0, 0, …; no parameter.
        case none
        /// α^l; α from 0 to 1.
        case geometric
        /// α^((l − θ)²); α from 0 to 1, and θ, the lag of the peak, from 0.
        case delayed
        /// The density of a Weibull distribution at l + 1, moved and stretched to reach from 0 to
        /// 1; its scale λ and its shape k, both positive. If no weight differs, all are 1.
        case weibullDensity
        /// The product of a Weibull distribution's survival functions at 1 … l; its scale λ and
        /// its shape k, both positive. The first weight is 1.
        case weibullDistribution
        /// (1 − l ÷ (n + 1))^(1/α − 1); α from 0 to 1.
        case binomial
        /// (1 − l ÷ n)^(1/α − 1), which ends sooner; α from 0 to 1.
        case shortBinomial
    }

    /// The shape of the weights.
    public var kind: Kind
    /// How many weights there are, that of the same period among them.
    public var lags: Int
    /// Whether weights are divided by their sum.
    public var isNormalised: Bool

    /// How many weights there may be.
    public static let lagRange = 1...208

    /// How an effect carries over.
    ///
    /// - Parameters:
    ///   - kind: the shape of the weights.
    ///   - lags: how many weights there are, from 1 to 208.
    ///   - isNormalised: whether weights are divided by their sum.
    public init(kind: Kind, lags: Int, isNormalised: Bool = true) {
        precondition(Self.lagRange.contains(lags), "an adstock has 1 to 208 weights")
        self.kind = kind
        self.lags = lags
        self.isNormalised = isNormalised
    }

    /// How many parameters the weights have.
    public var parameterCount: Int {
        switch kind {
        case .none: 0
        case .geometric, .binomial, .shortBinomial: 1
        case .delayed, .weibullDensity, .weibullDistribution: 2
        }
    }

    /// The weights of the lags.
    ///
    /// - Parameters:
    ///   - parameters: `[parameterCount]`, in the order that ``Kind`` gives.
    ///   - weights: `[lags]`, to be filled.
    public func weights(_ parameters: Span<Double>, into weights: inout MutableSpan<Double>) {
        precondition(parameters.count == parameterCount, "the kind has a number of parameters")
        precondition(weights.count == lags, "there is a weight for each lag")
        switch kind {
        case .none: fillNone(&weights)
        case .geometric: fillGeometric(parameters[0], &weights)
        case .delayed: fillDelayed(parameters[0], peak: parameters[1], &weights)
        case .weibullDensity: fillDensity(parameters[0], shape: parameters[1], &weights)
        case .weibullDistribution: fillDistribution(parameters[0], shape: parameters[1], &weights)
        case .binomial, .shortBinomial: fillBinomial(parameters[0], &weights)
        }
        if isNormalised && kind != .none { weights.scale(by: 1 / weights.span.sum()) }
    }

    private func fillNone(_ weights: inout MutableSpan<Double>) {
        for lag in 0..<lags { weights[lag] = 0 }
        weights[0] = 1
    }

    private func fillGeometric(_ share: Double, _ weights: inout MutableSpan<Double>) {
        var weight = 1.0
        for lag in 0..<lags {
            weights[lag] = weight
            weight *= share
        }
    }

    private func fillDelayed(
        _ share: Double,
        peak: Double,
        _ weights: inout MutableSpan<Double>
    ) {
        let rate = Elementary.log(Self.positive(share))
        var highest = -Double.infinity
        for lag in 0..<lags {
            let distance = Double(lag) - peak
            weights[lag] = distance * distance * rate
            highest = max(highest, weights[lag])
        }
        // What is normalised may be scaled before, so that not all weights round to 0.
        if isNormalised { for lag in 0..<lags { weights[lag] -= highest } }
        Elementary.exp(&weights)
    }

    private func fillDensity(
        _ scale: Double,
        shape: Double,
        _ weights: inout MutableSpan<Double>
    ) {
        Weibull(scale: scale, shape: shape).fillDensities(&weights)
        var least = 1.0
        for lag in 0..<lags { least = min(least, weights[lag]) }
        guard least < 1 else { return }
        let stretch = 1 / (1 - least)
        for lag in 0..<lags { weights[lag] = (weights[lag] - least) * stretch }
    }

    private func fillDistribution(
        _ scale: Double,
        shape: Double,
        _ weights: inout MutableSpan<Double>
    ) {
        Weibull(scale: scale, shape: shape).fillHazards(&weights)
        // The weight of lag l has the hazards of 1 … l; that of lag 0 has none.
        var sum = 0.0
        for lag in 0..<lags {
            let hazard = weights[lag]
            weights[lag] = -sum
            sum += hazard
        }
        Elementary.exp(&weights)
    }

    private func fillBinomial(_ share: Double, _ weights: inout MutableSpan<Double>) {
        let exponent = 1 / Self.positive(share) - 1
        for lag in 0..<lags { weights[lag] = exponent * binomialLogarithm(lag) }
        Elementary.exp(&weights)
    }

    /// The logarithm of a binomial kind's base at a lag.
    func binomialLogarithm(_ lag: Int) -> Double {
        let end = kind == .binomial ? lags + 1 : lags
        return Self.logarithms[end - lag] - Self.logarithms[end]
    }

    /// A parameter that is to be positive, kept from so near 0 that its inverse squared overflows.
    static func positive(_ parameter: Double) -> Double { max(parameter, 1e-150) }

    /// The natural logarithms of 0 … 209.
    static let logarithms = (0...lagRange.upperBound + 1).map { Elementary.log(Double($0)) }
}
