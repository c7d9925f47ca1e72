/// A smooth one-to-one map from all numbers to those that a parameter may be.
public enum ScalarTransform: Equatable, Sendable {
    /// Any number, as it is.
    case real
    /// Positive numbers: eᵘ.
    case positive
    /// Numbers above a bound: the bound and eᵘ.
    case above(Double)
    /// Numbers below a bound: the bound less eᵘ.
    case below(Double)
    /// Numbers between two bounds, the first below the second: by the logistic function of u.
    case between(Double, Double)

    /// A constrained number, and what the chain rule needs.
    public struct Value: Equatable, Sendable {
        /// x, the constrained number.
        public let value: Double
        /// dx ÷ du.
        public let slope: Double
        /// ln |dx ÷ du|, to be added to the log density.
        public let logJacobian: Double
        /// Its derivative in u.
        public let logJacobianSlope: Double

        /// The derivative in u of a log density of x with its Jacobian.
        ///
        /// - Parameter gradient: the derivative of the log density in x.
        /// - Returns: the derivative in u.
        @inlinable
        public func pullBack(_ gradient: Double) -> Double { gradient * slope + logJacobianSlope }

        /// The same number where its Jacobian counts elsewhere: it adds nothing to a log density.
        public var withoutJacobian: Self {
            Self(value: value, slope: slope, logJacobian: 0, logJacobianSlope: 0)
        }
    }

    /// From any number to one that is allowed.
    ///
    /// - Parameter u: any number.
    /// - Returns: the constrained number; far out it may round to a bound.
    public func constrain(_ u: Double) -> Value {
        switch self {
        case .real: return Value(value: u, slope: 1, logJacobian: 0, logJacobianSlope: 0)
        case .positive:
            let x = Elementary.exp(u)
            return Value(value: x, slope: x, logJacobian: u, logJacobianSlope: 1)
        case .above(let bound):
            let x = Elementary.exp(u)
            return Value(value: bound + x, slope: x, logJacobian: u, logJacobianSlope: 1)
        case .below(let bound):
            let x = Elementary.exp(u)
            return Value(value: bound - x, slope: -x, logJacobian: u, logJacobianSlope: 1)
        case .between(let low, let high):
            // The logistic functions of u and −u.
            let power = Elementary.exp(-abs(u))
            let (large, small) = (1 / (1 + power), power / (1 + power))
            let (share, rest) = u < 0 ? (small, large) : (large, small)
            let width = high - low
            // ln s(u) s(−u) = −|u| − 2 ln(1 + e^−|u|)
            let tail = Elementary.logOnePlus(power)
            return Value(
                value: u < 0 ? low + width * share : high - width * rest,
                slope: width * share * rest,
                logJacobian: (width == 1 ? 0 : Elementary.log(width)) - abs(u) - 2 * tail,
                logJacobianSlope: rest - share
            )
        }
    }

    /// From a number that is allowed to any number: the inverse.
    ///
    /// - Parameter x: a number within the bounds; on a bound it gives an infinity, outside NaN.
    /// - Returns: the u whose constrained number it is.
    public func unconstrain(_ x: Double) -> Double {
        switch self {
        case .real: x
        case .positive: Elementary.log(x)
        case .above(let bound): Elementary.log(x - bound)
        case .below(let bound): Elementary.log(bound - x)
        case .between(let low, let high): Elementary.log(x - low) - Elementary.log(high - x)
        }
    }
}
