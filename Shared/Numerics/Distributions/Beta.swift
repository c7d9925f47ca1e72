/// The beta distribution.
public struct Beta: Distribution {
    /// The weight of what is near 1, positive.
    public let a: Double
    /// The weight of what is near 0, positive.
    public let b: Double
    private let constant: Double

    /// A beta distribution: its mean is a ÷ (a + b).
    ///
    /// - Parameters:
    ///   - a: positive.
    ///   - b: positive.
    public init(_ a: Double, _ b: Double) {
        let isOutside = !a.isPositive || !b.isPositive
        self.a = a.unless(isOutside)
        self.b = b.unless(isOutside)
        constant = self.a.isNaN ? .nan : -SpecialFunctions.logBeta(a, b)
    }

    /// From 0 to 1.
    public var support: ClosedRange<Double> { 0...1 }

    /// (a − 1) ln x + (b − 1) ln(1 − x) − ln B(a, b).
    public func logDensity(_ x: Double) -> Double {
        if x < 0 || x > 1 { return -.infinity + constant.magnitude * 0 }
        // Of weight 1 there is a density at the edge, where the logarithm has none.
        let low = a == 1 ? 0 : (a - 1) * Elementary.log(x)
        let high = b == 1 ? 0 : (b - 1) * Elementary.logOnePlus(-x)
        return constant + low + high + 0 * x
    }

    /// (a − 1) ÷ x − (b − 1) ÷ (1 − x).
    public func slope(_ x: Double) -> Double {
        x < 0 || x > 1 ? 0 : (a - 1) / x - (b - 1) / (1 - x)
    }

    /// The derivatives of the logarithm of the density in the parameters.
    ///
    /// - Parameter x: between 0 and 1.
    /// - Returns: one for each parameter.
    public func parameterSlopes(_ x: Double) -> (a: Double, b: Double) {
        let sum = SpecialFunctions.digamma(a + b)
        return (
            Elementary.log(x) + sum - SpecialFunctions.digamma(a),
            Elementary.logOnePlus(-x) + sum - SpecialFunctions.digamma(b)
        )
    }

    /// I(a, b, x).
    public func cdf(_ x: Double) -> Double { SpecialFunctions.betaI(a, b, x.within(0, 1)) }

    /// 1 − I(a, b, x).
    public func complement(_ x: Double) -> Double {
        SpecialFunctions.betaIComplement(a, b, x.within(0, 1))
    }

    /// The inverse of ``cdf(_:)``.
    public func quantile(_ p: Double) -> Double { SpecialFunctions.betaIInverse(a, b, p) }

    /// The inverse of ``complement(_:)``.
    public func quantile(complement q: Double) -> Double {
        SpecialFunctions.betaIComplementInverse(a, b, q)
    }

    /// Draws a number, as one gamma number's share of two.
    public func sample(_ random: inout RandomStream) -> Double {
        if a.isNaN { return .nan }
        let (x, y) = (random.logGamma(shape: a), random.logGamma(shape: b))
        return Elementary.sigmoid(x - y)
    }
}
