/// A distribution of one real number.
///
/// Parameters outside their ranges make every function NaN and never trap: samplers may visit
/// where a scale has rounded to 0. NaN gives NaN; outside the support the density is 0.
public protocol Distribution: Sendable {
    /// Where the density may be positive; either end may be infinite.
    var support: ClosedRange<Double> { get }

    /// The logarithm of the density.
    ///
    /// - Parameter x: any number.
    /// - Returns: −∞ outside the support.
    func logDensity(_ x: Double) -> Double

    /// The derivative of the logarithm of the density in x.
    ///
    /// - Parameter x: a number inside the support.
    /// - Returns: the slope; 0 outside the support.
    func slope(_ x: Double) -> Double

    /// The probability of a number of at most x.
    ///
    /// - Parameter x: any number.
    /// - Returns: from 0 to 1.
    func cdf(_ x: Double) -> Double

    /// The probability of a number above x, exact to rounding where it is small.
    ///
    /// - Parameter x: any number.
    /// - Returns: from 0 to 1.
    func complement(_ x: Double) -> Double

    /// The number that has a given probability below it.
    ///
    /// - Parameter p: from 0 to 1; anything else gives NaN.
    /// - Returns: a number in the support.
    func quantile(_ p: Double) -> Double

    /// The number that has a given probability above it, exact to rounding where that is small.
    ///
    /// - Parameter q: from 0 to 1; anything else gives NaN.
    /// - Returns: a number in the support.
    func quantile(complement q: Double) -> Double

    /// The logarithm of ``cdf(_:)``.
    ///
    /// - Parameter x: any number.
    /// - Returns: not positive.
    func logCDF(_ x: Double) -> Double

    /// The logarithm of ``complement(_:)``.
    ///
    /// - Parameter x: any number.
    /// - Returns: not positive.
    func logComplement(_ x: Double) -> Double

    /// Draws a number.
    ///
    /// - Parameter random: where randomness comes from.
    /// - Returns: a number in the support.
    func sample(_ random: inout RandomStream) -> Double
}

extension Distribution {
    /// The logarithm of the probability, taken where it loses the least.
    public func logCDF(_ x: Double) -> Double {
        let p = cdf(x)
        return p < 0.5 ? Elementary.log(p) : Elementary.logOnePlus(-complement(x))
    }

    /// The logarithm of the probability, taken where it loses the least.
    public func logComplement(_ x: Double) -> Double {
        let q = complement(x)
        return q < 0.5 ? Elementary.log(q) : Elementary.logOnePlus(-cdf(x))
    }
}

extension Double {
    /// The number itself if a condition holds, else NaN: for parameters outside their range.
    @inline(__always)
    func unless(_ isOutside: Bool) -> Double { isOutside ? .nan : self }

    /// The nearest number of a range; NaN stays NaN.
    @inline(__always)
    func within(_ lowest: Double, _ highest: Double) -> Double {
        self < lowest ? lowest : self > highest ? highest : self
    }

    /// Whether it is positive and finite, as scales and shapes are.
    @inline(__always)
    var isPositive: Bool { self > 0 && self < .infinity }
}
