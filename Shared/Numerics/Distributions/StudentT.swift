/// Student's t distribution, with a place and a scale.
public struct StudentT: Distribution {
    /// The degrees of freedom, positive.
    public let degrees: Double
    /// The centre, finite.
    public let location: Double
    /// The scale, positive; the standard deviation is larger.
    public let scale: Double
    private let constant: Double

    /// A t distribution.
    ///
    /// - Parameters:
    ///   - degrees: of freedom, positive; 1 is Cauchy's distribution.
    ///   - location: the centre, finite.
    ///   - scale: positive.
    public init(degrees: Double, location: Double = 0, scale: Double = 1) {
        self.degrees = degrees.unless(!degrees.isPositive)
        self.location = location
        self.scale = scale.unless(!scale.isPositive)
        constant =
            self.degrees.isNaN
            ? .nan
            : -SpecialFunctions.logBeta(0.5 * degrees, 0.5) - 0.5 * Elementary.log(degrees)
                - Elementary.log(self.scale)
    }

    private func standard(_ x: Double) -> Double { (x - location) / scale }

    /// All numbers.
    public var support: ClosedRange<Double> { -.infinity ... .infinity }

    /// −½ (ν + 1) ln(1 + z² ÷ ν) and a constant.
    public func logDensity(_ x: Double) -> Double {
        let z = standard(x)
        return constant - 0.5 * (degrees + 1) * Elementary.logOnePlus(z * z / degrees)
    }

    /// −(ν + 1) z ÷ (ν + z²) ÷ σ.
    public func slope(_ x: Double) -> Double {
        let z = standard(x)
        return -(degrees + 1) * z / (degrees + z * z) / scale
    }

    /// The derivatives of the logarithm of the density in the parameters.
    ///
    /// - Parameter x: any number.
    /// - Returns: one for each parameter.
    public func parameterSlopes(
        _ x: Double
    ) -> (degrees: Double, location: Double, scale: Double) {
        let z = standard(x)
        let square = z * z
        let weight = (degrees + 1) / (degrees + square)
        let byDegrees =
            SpecialFunctions.digamma(0.5 * (degrees + 1)) - SpecialFunctions.digamma(0.5 * degrees)
            - 1 / degrees - Elementary.logOnePlus(square / degrees) + weight * square / degrees
        return (0.5 * byDegrees, weight * z / scale, (weight * square - 1) / scale)
    }

    /// The probability of at most z.
    public func cdf(_ x: Double) -> Double {
        SpecialFunctions.studentCDF(degrees: degrees, standard(x))
    }

    /// The probability of at most −z.
    public func complement(_ x: Double) -> Double {
        SpecialFunctions.studentCDF(degrees: degrees, -standard(x))
    }

    /// The inverse of ``cdf(_:)``.
    public func quantile(_ p: Double) -> Double {
        location + scale * SpecialFunctions.studentQuantile(degrees: degrees, p)
    }

    /// The inverse of ``complement(_:)``.
    public func quantile(complement q: Double) -> Double {
        location - scale * SpecialFunctions.studentQuantile(degrees: degrees, q)
    }

    /// Draws a number: a normal one over the root of a gamma one.
    public func sample(_ random: inout RandomStream) -> Double {
        if degrees.isNaN { return .nan }
        let z = random.normal()
        let half = random.logGamma(shape: 0.5 * degrees)
        return location + scale * z
            * Elementary.exp(0.5 * (Elementary.log(0.5 * degrees) - half))
    }
}
