/// The double exponential distribution.
public struct Laplace: Distribution {
    /// The mean, finite.
    public let mean: Double
    /// The mean distance from the mean, positive.
    public let scale: Double
    private let constant: Double

    /// A Laplace distribution.
    ///
    /// - Parameters:
    ///   - mean: finite.
    ///   - scale: the mean distance from the mean, positive.
    public init(mean: Double, scale: Double) {
        self.mean = mean
        self.scale = scale.unless(!scale.isPositive)
        constant = -Elementary.log(2 * self.scale)
    }

    /// All numbers.
    public var support: ClosedRange<Double> { -.infinity ... .infinity }

    /// −|x − μ| ÷ b − ln 2b.
    public func logDensity(_ x: Double) -> Double { constant - abs(x - mean) / scale }

    /// The sign of μ − x, over b; 0 at the mean.
    public func slope(_ x: Double) -> Double {
        if x.isNaN { return x }
        return x == mean ? 0 * scale : (x > mean ? -1 : 1) / scale
    }

    /// The derivatives of the logarithm of the density in the parameters.
    ///
    /// - Parameter x: any number.
    /// - Returns: one for each parameter.
    public func parameterSlopes(_ x: Double) -> (mean: Double, scale: Double) {
        (-slope(x), (abs(x - mean) / scale - 1) / scale)
    }

    /// ½ e to the z below the mean.
    public func cdf(_ x: Double) -> Double { tail((x - mean) / scale) }

    /// ½ e to the −z above the mean.
    public func complement(_ x: Double) -> Double { tail((mean - x) / scale) }

    private func tail(_ z: Double) -> Double {
        z < 0 ? 0.5 * Elementary.exp(z) : 1 - 0.5 * Elementary.exp(-z)
    }

    /// The mean plus b ln 2p below it.
    public func quantile(_ p: Double) -> Double { mean + scale * standardQuantile(p) }

    /// The mean less b ln 2q above it.
    public func quantile(complement q: Double) -> Double { mean - scale * standardQuantile(q) }

    private func standardQuantile(_ p: Double) -> Double {
        p < 0.5 ? Elementary.log(2 * p) : -Elementary.log(2 * (1 - p))
    }

    /// Draws a number.
    public func sample(_ random: inout RandomStream) -> Double {
        let distance = random.exponential()
        return mean + scale * (random.next() & 1 == 0 ? distance : -distance)
    }
}
