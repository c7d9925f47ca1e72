public import Numerics

/// A Gaussian process with a squared exponential kernel: ln ρ, ln α and ln σ.
///
/// σ itself, not its square, stands on the diagonal, as in the reference.
public struct GaussianProcess: Density {
    let places: [Double]
    let observations: [Double]
    private var kernel: Matrix
    private var root: Cholesky
    private var weights: [Double]

    /// The model of observations at given places.
    public init(places: [Double], observations: [Double]) throws {
        (self.places, self.observations) = (places, observations)
        kernel = .identity(places.count)
        root = try Cholesky(kernel)
        weights = observations
    }

    /// A length, a height and a noise.
    public var dimension: Int { 3 }

    /// The log density, without constants; −∞ where the covariance is not positive definite.
    public mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double {
        let length = ScalarTransform.positive.constrain(position[0])
        let height = ScalarTransform.positive.constrain(position[1])
        let noise = ScalarTransform.positive.constrain(position[2])
        let (rho, alpha, sigma) = (length.value, height.value, noise.value)
        fillKernel(alpha * alpha, rho)
        let (order, values) = (places.count, kernel)
        do {
            try root.refactorize { matrix in
                for column in 0..<order {
                    for row in column..<order { matrix[row, column] = values[row, column] }
                    matrix[column, column] += sigma
                }
            }
        } catch {
            for index in 0..<3 { gradient[index] = 0 }
            return -.infinity
        }
        for index in 0..<order { weights[index] = observations[index] }
        Self.solve(root, &weights)
        let inverse = root.inverse()
        var (byRho, byAlpha, bySigma) = (0.0, 0.0, 0.0)
        for column in 0..<order {
            for row in 0..<order {
                // ½ (w wᵀ − K⁻¹) : dK
                let pull = 0.5 * (weights[row] * weights[column] - inverse[row, column])
                let value = kernel[max(row, column), min(row, column)]
                let distance = places[row] - places[column]
                byRho += pull * value * distance * distance / (rho * rho * rho)
                byAlpha += pull * value * 2 / alpha
                if row == column { bySigma += pull }
            }
        }
        let fit = observations.span.dot(weights.span)
        gradient[0] = length.pullBack(byRho + 24 / rho - 4)
        gradient[1] = height.pullBack(byAlpha - alpha / 4)
        gradient[2] = noise.pullBack(bySigma - sigma)
        return -0.5 * (fit + root.logDeterminant) + 24 * position[0] - 4 * rho
            - alpha * alpha / 8 - 0.5 * sigma * sigma + position[0] + position[1] + position[2]
    }

    private static func solve(_ root: Cholesky, _ vector: inout [Double]) {
        var span = vector.mutableSpan
        root.solve(&span)
    }

    /// The lower triangle of the kernel, without noise.
    private mutating func fillKernel(_ variance: Double, _ rho: Double) {
        for column in places.indices {
            for row in column..<places.count {
                let distance = (places[row] - places[column]) / rho
                kernel[row, column] = variance * Elementary.exp(-0.5 * distance * distance)
            }
        }
    }
}
