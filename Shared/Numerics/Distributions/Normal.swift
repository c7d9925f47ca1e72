/// The normal distribution.
public struct Normal: Distribution {
    /// The mean, finite.
    public let mean: Double
    /// The standard deviation, positive.
    public let scale: Double
    private let constant: Double

    /// A normal distribution.
    ///
    /// - Parameters:
    ///   - mean: finite.
    ///   - scale: the standard deviation, positive.
    public init(mean: Double, scale: Double) {
        self.mean = mean
        self.scale = scale.unless(!scale.isPositive)
        constant = -Elementary.log(self.scale) - SpecialFunctions.halfLogTwoPi
    }

    private func standard(_ x: Double) -> Double { (x - mean) / scale }

    /// All numbers.
    public var support: ClosedRange<Double> { -.infinity ... .infinity }

    /// −½ z² − ln σ − ½ ln 2π.
    public func logDensity(_ x: Double) -> Double {
        let z = standard(x)
        return constant - 0.5 * z * z
    }

    /// −z ÷ σ.
    public func slope(_ x: Double) -> Double { -standard(x) / scale }

    /// The derivatives of the logarithm of the density in the parameters.
    ///
    /// - Parameter x: any number.
    /// - Returns: one for each parameter.
    public func parameterSlopes(_ x: Double) -> (mean: Double, scale: Double) {
        let z = standard(x)
        return (z / scale, (z * z - 1) / scale)
    }

    /// Φ(z).
    public func cdf(_ x: Double) -> Double { SpecialFunctions.normalCDF(standard(x)) }

    /// Φ(−z).
    public func complement(_ x: Double) -> Double { SpecialFunctions.normalCDF(-standard(x)) }

    /// ln Φ(z), finite in both tails.
    public func logCDF(_ x: Double) -> Double { SpecialFunctions.logNormalCDF(standard(x)) }

    /// ln Φ(−z), finite in both tails.
    public func logComplement(_ x: Double) -> Double {
        SpecialFunctions.logNormalCDF(-standard(x))
    }

    /// The mean and as many standard deviations as p asks for.
    public func quantile(_ p: Double) -> Double {
        mean + scale * SpecialFunctions.normalQuantile(p)
    }

    /// The mean and as many standard deviations as q asks for.
    public func quantile(complement q: Double) -> Double {
        mean - scale * SpecialFunctions.normalQuantile(q)
    }

    /// Draws a number.
    public func sample(_ random: inout RandomStream) -> Double {
        mean + scale * random.normal()
    }
}
