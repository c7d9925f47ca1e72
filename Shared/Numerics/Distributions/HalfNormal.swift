/// The distribution of the absolute value of a normal number of mean 0.
public struct HalfNormal: Distribution {
    /// The standard deviation of the normal number, positive.
    public let scale: Double
    private let normal: Normal

    /// A half-normal distribution.
    ///
    /// - Parameter scale: the standard deviation of the normal number, positive.
    public init(scale: Double) {
        normal = Normal(mean: 0, scale: scale)
        self.scale = normal.scale
    }

    /// Zero and above.
    public var support: ClosedRange<Double> { 0 ... .infinity }

    /// Twice the normal density.
    public func logDensity(_ x: Double) -> Double {
        x < 0 ? (-.infinity + normal.scale) : normal.logDensity(x) + 0x1.62e42fefa39efp-1
    }

    /// −x ÷ σ².
    public func slope(_ x: Double) -> Double { x < 0 ? 0 : normal.slope(x) }

    /// The derivative of the logarithm of the density in the scale.
    ///
    /// - Parameter x: not negative.
    /// - Returns: the slope.
    public func scaleSlope(_ x: Double) -> Double { normal.parameterSlopes(x).scale }

    /// erf(x ÷ σ√2).
    public func cdf(_ x: Double) -> Double {
        SpecialFunctions.erf((x / scale).within(0, .infinity) * 0.5.squareRoot())
    }

    /// erfc(x ÷ σ√2).
    public func complement(_ x: Double) -> Double {
        SpecialFunctions.erfc((x / scale).within(0, .infinity) * 0.5.squareRoot())
    }

    /// The inverse of ``cdf(_:)``.
    public func quantile(_ p: Double) -> Double {
        scale * 2.0.squareRoot() * SpecialFunctions.erfInverse(p.unless(!(p >= 0)))
    }

    /// The inverse of ``complement(_:)``.
    public func quantile(complement q: Double) -> Double {
        scale * 2.0.squareRoot() * SpecialFunctions.erfcInverse(q.unless(!(q <= 1)))
    }

    /// Draws a number.
    public func sample(_ random: inout RandomStream) -> Double {
        abs(normal.sample(&random))
    }
}
