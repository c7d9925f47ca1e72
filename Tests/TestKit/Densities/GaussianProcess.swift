public import Numerics

/// A Gaussian process with a squared exponential kernel: ln ρ, ln α and ln σ.
///
/// σ itself, not its square, stands on the diagonal, as in the reference.
public struct GaussianProcess: Density {
    let observations: [Double]
    /// Of each pair of places, the lower triangle column after column.
    let squaredDistances: [Double]
    /// The kernel of each pair, and what it is the exponential of.
    private var kernel, exponents: [Double]
    private var root: Cholesky
    private var weights: [Double]

    /// The model of observations at given places.
    public init(places: [Double], observations: [Double]) throws {
        self.observations = observations
        let squares = places.indices.flatMap { column in
            places[column...].map { ($0 - places[column]) * ($0 - places[column]) }
        }
        squaredDistances = squares
        (kernel, exponents) = (squares, squares)
        root = try Cholesky(.identity(places.count))
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
        let factor = -0.5 / (rho * rho)
        for index in exponents.indices { exponents[index] = factor * squaredDistances[index] }
        Self.exponentiate(exponents, &kernel)
        guard factorize(alpha * alpha, sigma) else {
            for index in 0..<3 { gradient[index] = 0 }
            return -.infinity
        }
        for index in observations.indices { weights[index] = observations[index] }
        Self.solve(root, &weights)
        let (byFactor, trace) = pulls(alpha * alpha)
        let fit = observations.span.dot(weights.span)
        let square = weights.span.dot(weights.span)
        // K = α² C + σ I, so that tr(K⁻¹ α² C) = n − σ tr K⁻¹, and so for the weights.
        let share = fit - Double(observations.count) - sigma * (square - trace)
        gradient[0] = length.pullBack(byFactor / (rho * rho * rho) + 24 / rho - 4)
        gradient[1] = height.pullBack(share / alpha - alpha / 4)
        gradient[2] = noise.pullBack(0.5 * (square - trace) - sigma)
        return -0.5 * (fit + root.logDeterminant) + 24 * position[0] - 4 * rho
            - alpha * alpha / 8 - 0.5 * sigma * sigma + position[0] + position[1] + position[2]
    }

    /// The root of the covariance, if it has one.
    private mutating func factorize(_ variance: Double, _ noise: Double) -> Bool {
        let (order, kernel) = (observations.count, kernel)
        do {
            try root.refactorize { matrix in
                var elements = matrix.mutableElements
                var pair = 0
                for column in 0..<order {
                    for row in column..<order {
                        elements[column * order + row] = variance * kernel[pair]
                        pair += 1
                    }
                    elements[column * order + column] += noise
                }
            }
            return true
        } catch {
            return false
        }
    }

    /// Σ ½ (w wᵀ − K⁻¹) α² C times squared distances, and the trace of K⁻¹.
    private func pulls(_ variance: Double) -> (byFactor: Double, trace: Double) {
        let inverse = root.inverse().elements
        let order = observations.count
        var (sum, trace, pair) = (0.0, 0.0, 0)
        for column in 0..<order {
            trace += inverse[column * order + column]
            for row in column..<order {
                // Pairs off the diagonal count twice; on it there is no distance.
                let pull = weights[row] * weights[column] - inverse[column * order + row]
                sum += pull * kernel[pair] * squaredDistances[pair]
                pair += 1
            }
        }
        return (variance * sum, trace)
    }

    private static func exponentiate(_ exponents: [Double], _ kernel: inout [Double]) {
        var target = kernel.mutableSpan
        Elementary.exp(exponents.span, &target)
    }

    private static func solve(_ root: Cholesky, _ vector: inout [Double]) {
        var span = vector.mutableSpan
        root.solve(&span)
    }
}
