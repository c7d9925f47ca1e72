/// A distribution restricted to an interval.
///
/// Shares of the interval are exact to rounding in absolute terms, not in relative ones near a
/// cut: they are differences.
public struct Truncated<Base: Distribution>: Distribution {
    /// What is restricted.
    public let base: Base
    /// The lowest number; −∞ restricts nothing.
    public let lower: Double
    /// The highest number; ∞ restricts nothing.
    public let upper: Double
    /// What the base has below and above each cut.
    private let belowLower, aboveLower, belowUpper, aboveUpper: Double
    private let mass: Double
    private let logMass: Double

    /// Restricts a distribution.
    ///
    /// - Parameters:
    ///   - base: what is restricted.
    ///   - lower: the lowest number.
    ///   - upper: the highest number, above it. An interval whose probability rounds to 0 has
    ///     densities, where ``Distribution/logCDF(_:)`` of the base is finite, but no quantiles.
    public init(_ base: Base, lower: Double = -.infinity, upper: Double = .infinity) {
        self.base = base
        self.lower = lower
        self.upper = upper
        (belowLower, aboveLower) = (base.cdf(lower), base.complement(lower))
        (belowUpper, aboveUpper) = (base.cdf(upper), base.complement(upper))
        // From the tail that the interval is nearer to, where less is lost.
        let isUpper = belowLower > 0.5
        mass = (isUpper ? aboveLower - aboveUpper : belowUpper - belowLower)
            .unless(!(lower < upper))
        let (inner, outer) =
            isUpper
            ? (base.logComplement(lower), base.logComplement(upper))
            : (base.logCDF(upper), base.logCDF(lower))
        // ln(eⁱ − eᵒ)
        logMass = inner + Elementary.logOnePlus(-Elementary.exp(outer - inner)) + 0 * mass
    }

    /// The interval, within what the base allows.
    public var support: ClosedRange<Double> {
        lower < upper ? base.support.clamped(to: lower...upper) : base.support
    }

    /// The base's, less the logarithm of the interval's probability.
    public func logDensity(_ x: Double) -> Double {
        x < lower || x > upper ? (-.infinity + 0 * logMass) : base.logDensity(x) - logMass
    }

    /// The base's.
    public func slope(_ x: Double) -> Double { x < lower || x > upper ? 0 : base.slope(x) }

    /// The share of the interval's probability that is below x.
    public func cdf(_ x: Double) -> Double {
        if x < lower { return 0 * mass }
        if x > upper { return 1 + 0 * mass }
        let below = base.cdf(x)
        return (below > 0.5 ? aboveLower - base.complement(x) : below - belowLower) / mass
    }

    /// The share of the interval's probability that is above x.
    public func complement(_ x: Double) -> Double {
        if x < lower { return 1 + 0 * mass }
        if x > upper { return 0 * mass }
        let above = base.complement(x)
        return (above > 0.5 ? belowUpper - base.cdf(x) : above - aboveUpper) / mass
    }

    /// The base's quantile of that share of the interval's probability.
    public func quantile(_ p: Double) -> Double {
        guard p >= 0, p <= 1, mass > 0 else { return .nan }
        if p == 0 || p == 1 { return p == 0 ? support.lowerBound : support.upperBound }
        let below = belowLower + p * mass
        let x =
            below > 0.5
            ? base.quantile(complement: max(0, aboveLower - p * mass)) : base.quantile(below)
        // Rounding must not leave the interval.
        return x.within(lower, upper)
    }

    /// The base's quantile of that share of the interval's probability.
    public func quantile(complement q: Double) -> Double {
        guard q >= 0, q <= 1, mass > 0 else { return .nan }
        if q == 0 || q == 1 { return q == 0 ? support.upperBound : support.lowerBound }
        let above = aboveUpper + q * mass
        let x =
            above > 0.5
            ? base.quantile(max(0, belowUpper - q * mass)) : base.quantile(complement: above)
        return x.within(lower, upper)
    }

    /// Draws a number by its quantile.
    public func sample(_ random: inout RandomStream) -> Double { quantile(random.uniform()) }
}
