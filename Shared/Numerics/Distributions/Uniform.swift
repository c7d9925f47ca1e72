/// The uniform distribution between two numbers.
public struct Uniform: Distribution {
    /// The lowest number.
    public let lower: Double
    /// The highest number.
    public let upper: Double
    private let width: Double

    /// A uniform distribution.
    ///
    /// - Parameters:
    ///   - lower: finite.
    ///   - upper: finite and above it.
    public init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
        width = (upper - lower).unless(!(upper - lower).isPositive)
    }

    /// From the lowest to the highest number.
    public var support: ClosedRange<Double> {
        width.isNaN ? -.infinity ... .infinity : lower...upper
    }

    /// −ln of the width.
    public func logDensity(_ x: Double) -> Double {
        if x < lower || x > upper { return -.infinity + width }
        return -Elementary.log(width + 0 * x)
    }

    /// 0.
    public func slope(_ x: Double) -> Double { x.isNaN ? x : 0 * width }

    /// The share of the width that is below x.
    public func cdf(_ x: Double) -> Double { ((x - lower) / width).within(0, 1) }

    /// The share of the width that is above x.
    public func complement(_ x: Double) -> Double { ((upper - x) / width).within(0, 1) }

    /// The number that has a share p of the width below it.
    public func quantile(_ p: Double) -> Double {
        (lower + p * width).unless(!(p >= 0 && p <= 1))
    }

    /// The number that has a share q of the width above it.
    public func quantile(complement q: Double) -> Double {
        (upper - q * width).unless(!(q >= 0 && q <= 1))
    }

    /// Draws a number.
    public func sample(_ random: inout RandomStream) -> Double {
        lower + width * random.uniform()
    }
}
