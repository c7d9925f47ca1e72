/// A metric from a window of draws and their gradients.
///
/// In units of √(var q ÷ var ∇), which makes it free of scales, it is the geometric mean of the
/// covariance of positions and the inverse of that of gradients. For a normal density that is
/// the covariance itself once the window has more draws than dimensions, and it is the metric
/// that brings the gradients nearest to those of a standard normal density in the mean square
/// (Seyboldt, Carlson and Carpenter, “Preconditioning Hamiltonian Monte Carlo by minimizing Fisher
/// divergence”). Where the window says nothing, the two
/// shrink to the same little multiple of the identity, and the mean is the diagonal metric.
struct CovarianceEstimator: Equatable, Sendable {
    /// What is added to both covariances, in units of their diagonals.
    private static let shrinkage = 1e-5
    /// What a gradient is taken to cost, in operations for each dimension.
    private static let gradientCost = 200.0
    private static let mostDirections = 100
    /// The draws, with their gradients, that span the space in which directions are looked for.
    private static let mostPoints = 100

    let dimension: Int
    /// `[draws × dimension]`, draw after draw.
    private(set) var positions: [Double] = []
    private(set) var gradients: [Double] = []
    /// How many of the steps to these draws met the edge of the support.
    private(set) var edges = 0

    init(dimension: Int) { self.dimension = dimension }

    init(dimension: Int, positions: [Double], gradients: [Double], edges: Int) {
        (self.dimension, self.positions, self.gradients) = (dimension, positions, gradients)
        self.edges = edges
    }

    /// Takes in a draw and its gradient.
    ///
    /// - Parameters:
    ///   - position: the draw.
    ///   - gradient: of the log density there.
    ///   - isAtEdge: whether a step to it met the edge of the support.
    mutating func add(_ position: [Double], _ gradient: [Double], isAtEdge: Bool = false) {
        positions += position
        gradients += gradient
        if isAtEdge { edges += 1 }
    }

    private var draws: Int { positions.count / max(1, dimension) }

    /// A parameter that moved while its derivative did not, over a window worth speaking of.
    ///
    /// A density that ends somewhere may well be as steep everywhere before: an exponential one is.
    var flatParameter: Int? {
        guard draws >= 20, edges == 0 else { return nil }
        return (0..<dimension).first { index in
            let places = stride(from: index, to: positions.count, by: dimension)
            return places.allSatisfy { gradients[$0] == gradients[index] }
                && places.contains { positions[$0] != positions[index] }
        }
    }

    /// The metric of the window.
    ///
    /// - Parameters:
    ///   - largestDense: up to so many dimensions it is a matrix.
    ///   - before: the diagonal to fall back on, `[dimension]`.
    /// - Returns: a diagonal metric if the window is too short or tells nothing more.
    func metric(largestDense: Int, before: [Double]) -> Metric {
        var (q, g) = (RunningMoments(dimension: dimension), RunningMoments(dimension: dimension))
        for draw in 0..<draws {
            let range = draw * dimension..<(draw + 1) * dimension
            q.add(Array(positions[range]))
            g.add(Array(gradients[range]))
        }
        let scales = before.indices.map { index -> Double in
            let ratio = q.variance(index) / g.variance(index)
            return (ratio.isPositive ? ratio.squareRoot() : before[index]).squareRoot()
        }
        let diagonal = Metric.diagonal(scales.map { $0 * $0 })
        guard draws >= 10, dimension > 1 else { return diagonal }
        let x = standardised(positions, q.means, scales.map { 1 / $0 })
        let y = standardised(gradients, g.means, scales)
        do throws(LinearAlgebraError) {
            return dimension <= largestDense
                ? try dense(x, y, scales) : try lowRank(x, y, scales)
        } catch {
            // Covariances without a root, or of infinite numbers, say nothing more.
            return diagonal
        }
    }

    /// Rows are draws; columns have mean 0.
    private func standardised(_ values: [Double], _ means: [Double], _ factors: [Double]) -> Matrix
    {
        var matrix = Matrix(rows: draws, columns: dimension)
        for draw in 0..<draws {
            for index in 0..<dimension {
                let value = values[draw * dimension + index]
                matrix[draw, index] = (value - means[index]) * factors[index]
            }
        }
        return matrix
    }

    private func covariance(_ x: Matrix) -> Matrix {
        var matrix = x.transposed * x
        let factor = 1 / Double(x.rows - 1)
        for column in 0..<matrix.columns {
            for row in 0..<matrix.rows { matrix[row, column] *= factor }
            matrix[column, column] += Self.shrinkage
        }
        return matrix
    }

    private func dense(
        _ x: Matrix,
        _ y: Matrix,
        _ scales: [Double]
    ) throws(LinearAlgebraError) -> Metric {
        var mean = try Self.geometricMean(covariance(x), inverseOf: covariance(y))
        for column in 0..<dimension {
            for row in 0..<dimension { mean[row, column] *= scales[row] * scales[column] }
        }
        return .dense(mean, try Cholesky(mean))
    }

    /// A # B⁻¹ = L⁻ᵀ (Lᵀ A L)^½ L⁻¹, where B = L Lᵀ.
    static func geometricMean(
        _ a: Matrix,
        inverseOf b: Matrix
    ) throws(LinearAlgebraError) -> Matrix {
        let root = try Cholesky(b).lower
        let eigen = try SymmetricEigen(root.transposed * a * root)
        // L⁻ᵀ V Λ^¼, whose square is the mean.
        var half = eigen.vectors
        for column in 0..<half.columns {
            let factor = max(eigen.values[column], 0).squareRoot().squareRoot()
            var vector = (0..<half.rows).map { half[$0, column] * factor }
            var span = vector.mutableSpan
            Triangle.solveTransposed(root, &span)
            for row in 0..<half.rows { half[row, column] = vector[row] }
        }
        return half * half.transposed
    }

    /// The same mean within the space that positions and gradients span, and of it only the
    /// directions that differ from the diagonal metric.
    private func lowRank(
        _ x: Matrix,
        _ y: Matrix,
        _ scales: [Double]
    ) throws(LinearAlgebraError) -> Metric {
        let columns = min(dimension, 2 * min(draws, Self.mostPoints))
        var both = Matrix(rows: dimension, columns: columns)
        for column in 0..<columns {
            let source = column % 2 == 0 ? x : y
            // Spread evenly over the window.
            let draw = (column / 2) * draws / ((columns + 1) / 2)
            for row in 0..<dimension { both[row, column] = source[draw, row] }
        }
        let basis = try QRFactorization(both).orthonormal()
        let mean = try Self.geometricMean(
            covariance(x * basis),
            inverseOf: covariance(y * basis)
        )
        let eigen = try SymmetricEigen(mean)
        let strongest = eigen.values.indices
            .map { (index: $0, strength: abs(Elementary.log(max(eigen.values[$0], 1e-300)))) }
            .sorted { $0.strength > $1.strength }
        let notable = strongest.prefix(Self.worthwhile(strongest.map(\.strength)))
        var chosen = Matrix(rows: eigen.vectors.rows, columns: notable.count)
        for (column, direction) in notable.enumerated() {
            for row in 0..<chosen.rows {
                chosen[row, column] = eigen.vectors[row, direction.index]
            }
        }
        return .lowRank(
            Metric.LowRank(
                scales: scales,
                directions: basis * chosen,
                variances: notable.map { eigen.values[$0.index] }
            )
        )
    }

    /// How many directions are worth what they cost.
    ///
    /// A trajectory takes as many steps as the widest direction that is left is times as wide as
    /// the narrowest; a step costs a gradient, and for each direction two products of vectors.
    ///
    /// - Parameter strengths: |ln variance| of each direction, largest first.
    /// - Returns: how many of them to keep.
    static func worthwhile(_ strengths: [Double]) -> Int {
        let most = min(strengths.count, mostDirections)
        let costs = (0...most).map { kept in
            let left = kept < strengths.count ? strengths[kept] : 0
            return Elementary.exp(left) * (gradientCost + 4 * Double(kept))
        }
        return costs.indices.min { costs[$0] < costs[$1] } ?? 0
    }
}
