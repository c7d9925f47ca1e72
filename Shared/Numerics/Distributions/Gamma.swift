/// The gamma distribution, by shape and rate: its mean is their quotient.
public struct Gamma: Distribution {
    /// The shape, positive.
    public let shape: Double
    /// The rate, positive: one over the scale.
    public let rate: Double
    private let constant: Double

    /// A gamma distribution.
    ///
    /// - Parameters:
    ///   - shape: positive.
    ///   - rate: positive.
    public init(shape: Double, rate: Double) {
        let isOutside = !shape.isPositive || !rate.isPositive
        self.shape = shape.unless(isOutside)
        self.rate = rate.unless(isOutside)
        constant = self.shape * Elementary.log(rate) - SpecialFunctions.logGamma(self.shape)
    }

    /// Zero and above.
    public var support: ClosedRange<Double> { 0 ... .infinity }

    /// a ln b − ln Γ(a) + (a − 1) ln x − b x.
    public func logDensity(_ x: Double) -> Double {
        if x < 0 || x == .infinity { return -.infinity + constant.magnitude * 0 }
        // Of shape 1 there is a density at 0, where the logarithm has none.
        let power = shape == 1 ? 0 : (shape - 1) * Elementary.log(x)
        return constant + power - rate * x
    }

    /// (a − 1) ÷ x − b.
    public func slope(_ x: Double) -> Double { x < 0 ? 0 : (shape - 1) / x - rate }

    /// The derivatives of the logarithm of the density in the parameters.
    ///
    /// - Parameter x: positive.
    /// - Returns: one for each parameter.
    public func parameterSlopes(_ x: Double) -> (shape: Double, rate: Double) {
        (
            Elementary.log(rate) + Elementary.log(x) - SpecialFunctions.digamma(shape),
            shape / rate - x
        )
    }

    /// P(a, b x).
    public func cdf(_ x: Double) -> Double {
        SpecialFunctions.gammaP(shape, (rate * x).within(0, .infinity))
    }

    /// Q(a, b x).
    public func complement(_ x: Double) -> Double {
        SpecialFunctions.gammaQ(shape, (rate * x).within(0, .infinity))
    }

    /// The inverse of ``cdf(_:)``.
    public func quantile(_ p: Double) -> Double {
        SpecialFunctions.gammaPInverse(shape, p) / rate
    }

    /// The inverse of ``complement(_:)``.
    public func quantile(complement q: Double) -> Double {
        SpecialFunctions.gammaQInverse(shape, q) / rate
    }

    /// Draws a number.
    public func sample(_ random: inout RandomStream) -> Double {
        shape.isNaN ? .nan : random.gamma(shape: shape) / rate
    }
}
