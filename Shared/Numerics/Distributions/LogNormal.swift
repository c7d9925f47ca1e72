/// The distribution of a number whose logarithm is normal.
public struct LogNormal: Distribution {
    /// The distribution of the logarithm.
    public let logarithm: Normal

    /// A log-normal distribution.
    ///
    /// - Parameters:
    ///   - mean: of the logarithm, finite.
    ///   - scale: the standard deviation of the logarithm, positive.
    public init(mean: Double, scale: Double) {
        logarithm = Normal(mean: mean, scale: scale)
    }

    /// Zero and above.
    public var support: ClosedRange<Double> { 0 ... .infinity }

    /// The normal density of ln x, over x.
    public func logDensity(_ x: Double) -> Double {
        guard !(x <= 0) else { return -.infinity + logarithm.scale }
        let y = Elementary.log(x)
        return logarithm.logDensity(y) - y
    }

    /// −(1 + z ÷ σ) ÷ x.
    public func slope(_ x: Double) -> Double {
        x <= 0 ? 0 : (logarithm.slope(Elementary.log(x)) - 1) / x
    }

    /// The derivatives of the logarithm of the density in the parameters.
    ///
    /// - Parameter x: positive.
    /// - Returns: one for each parameter.
    public func parameterSlopes(_ x: Double) -> (mean: Double, scale: Double) {
        logarithm.parameterSlopes(Elementary.log(x))
    }

    /// The probability of the logarithm.
    public func cdf(_ x: Double) -> Double { logarithm.cdf(Elementary.log(x.within(0, .infinity))) }

    /// The probability of the logarithm.
    public func complement(_ x: Double) -> Double {
        logarithm.complement(Elementary.log(x.within(0, .infinity)))
    }

    /// e to the quantile of the logarithm.
    public func quantile(_ p: Double) -> Double { Elementary.exp(logarithm.quantile(p)) }

    /// e to the quantile of the logarithm.
    public func quantile(complement q: Double) -> Double {
        Elementary.exp(logarithm.quantile(complement: q))
    }

    /// Draws a number.
    public func sample(_ random: inout RandomStream) -> Double {
        Elementary.exp(logarithm.sample(&random))
    }
}
