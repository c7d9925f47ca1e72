/// The exponential distribution.
public struct Exponential: Distribution {
    /// The rate, positive: one over the mean.
    public let rate: Double
    private let logRate: Double

    /// An exponential distribution.
    ///
    /// - Parameter rate: positive.
    public init(rate: Double) {
        self.rate = rate.unless(!rate.isPositive)
        logRate = Elementary.log(self.rate)
    }

    /// Zero and above.
    public var support: ClosedRange<Double> { 0 ... .infinity }

    /// ln b − b x.
    public func logDensity(_ x: Double) -> Double {
        x < 0 ? (-.infinity + rate) : logRate - rate * x
    }

    /// −b.
    public func slope(_ x: Double) -> Double { x < 0 ? 0 : x.isNaN ? x : -rate }

    /// The derivative of the logarithm of the density in the rate.
    ///
    /// - Parameter x: not negative.
    /// - Returns: the slope.
    public func rateSlope(_ x: Double) -> Double { 1 / rate - x }

    /// 1 − e to the −b x, by its tail where that is small.
    public func cdf(_ x: Double) -> Double {
        -SpecialFunctions.expMinusOne(-rate * x.within(0, .infinity))
    }

    /// e to the −b x.
    public func complement(_ x: Double) -> Double { Elementary.exp(-rate * x.within(0, .infinity)) }

    /// −b x.
    public func logComplement(_ x: Double) -> Double { -rate * x.within(0, .infinity) }

    /// −ln(1 − p) ÷ b.
    public func quantile(_ p: Double) -> Double {
        Elementary.logOnePlus(-p.unless(!(p >= 0))) / -rate
    }

    /// −ln q ÷ b.
    public func quantile(complement q: Double) -> Double {
        Elementary.log(q.unless(!(q <= 1))) / -rate
    }

    /// Draws a number.
    public func sample(_ random: inout RandomStream) -> Double { random.exponential() / rate }
}
