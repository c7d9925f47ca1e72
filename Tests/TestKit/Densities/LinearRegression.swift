public import Numerics

/// y ~ Normal(X β, σ), with a normal or flat prior on β and a half-Cauchy or half-normal one on σ.
///
/// The parameters are β and ln σ.
public struct LinearRegression: Density {
    /// The prior of the residual scale.
    public enum ScalePrior: Sendable {
        /// Half of Cauchy's distribution with this scale.
        case halfCauchy(Double)
        /// Half of a normal distribution with this scale.
        case halfNormal(Double)
    }

    let design: Matrix
    let target: [Double]
    /// The standard deviation of each coefficient's prior; infinite for a flat one.
    let coefficientScale: Double
    let scalePrior: ScalePrior
    private var residuals: [Double]

    /// A regression.
    public init(
        design: Matrix,
        target: [Double],
        coefficientScale: Double,
        scalePrior: ScalePrior
    ) {
        precondition(design.rows == target.count, "a row for each observation")
        self.design = design
        self.target = target
        self.coefficientScale = coefficientScale
        self.scalePrior = scalePrior
        residuals = target
    }

    /// The coefficients and the scale.
    public var dimension: Int { design.columns + 1 }

    /// The log density, without constants.
    public mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double {
        let columns = design.columns
        let scale = ScalarTransform.positive.constrain(position[columns])
        let sigma = scale.value
        Self.subtract(design, position, from: target, into: &residuals)
        let weight = 1 / (sigma * sigma)
        let prior = 1 / (coefficientScale * coefficientScale)
        let squares = residuals.span.dot(residuals.span)
        var sum = -Double(target.count) * position[columns] - 0.5 * weight * squares
        for column in 0..<columns {
            let beta = position[column]
            sum -= 0.5 * prior * beta * beta
            let slope = design.column(column).dot(residuals.span)
            gradient[column] = weight * slope - prior * beta
        }
        var byScale = (weight * squares - Double(target.count)) / sigma
        switch scalePrior {
        case .halfCauchy(let width):
            let z = sigma / width
            sum -= Elementary.logOnePlus(z * z)
            byScale -= 2 * z / width / (1 + z * z)
        case .halfNormal(let width):
            sum -= 0.5 * sigma * sigma / (width * width)
            byScale -= sigma / (width * width)
        }
        gradient[columns] = scale.pullBack(byScale)
        return sum + scale.logJacobian
    }

    private static func subtract(
        _ design: Matrix,
        _ position: Span<Double>,
        from target: [Double],
        into residuals: inout [Double]
    ) {
        var rest = residuals.mutableSpan
        rest.copy(target.span)
        for column in 0..<design.columns {
            rest.add(design.column(column), times: -position[column])
        }
    }
}
