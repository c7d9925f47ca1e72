import Testing

@testable import Numerics

@Suite("Adaptation")
struct AdaptationTests {
    @Test("dual averaging comes to the step size of the target", arguments: [0.6, 0.8, 0.95])
    func stepSize(_ target: Double) {
        // Acceptance that falls with the step size, and noise.
        var random = RandomStream(seed: 1)
        var stepSize = StepSize(target: target, initial: 5)
        for _ in 0..<3000 {
            let noise = 0.1 * (random.uniform() - 0.5)
            stepSize.update(acceptance: Elementary.exp(-stepSize.current) + noise)
        }
        stepSize.settle()
        #expect(abs(Elementary.exp(-stepSize.current) - target) < 0.01)
    }

    @Test("running means and variances are those of all draws")
    func moments() {
        var random = RandomStream(seed: 2)
        var moments = RunningMoments(dimension: 2)
        let draws = (0..<500).map { _ in [1e6 + random.normal(), 1e-6 * random.normal()] }
        for draw in draws { moments.add(draw) }
        for index in 0..<2 {
            let values = draws.map { $0[index] }
            #expect(abs(moments.means[index] / Diagnostics.mean(values) - 1) < 1e-9)
            #expect(abs(moments.variance(index) / Diagnostics.variance(values) - 1) < 1e-9)
        }
        #expect(RunningMoments(dimension: 1).variance(0).isNaN)
    }

    /// Draws of a normal distribution and the gradients there, with a covariance of its own.
    private func window(
        _ covariance: Matrix,
        draws: Int
    ) throws -> CovarianceEstimator {
        var random = RandomStream(seed: 3)
        let root = try Cholesky(covariance)
        var estimator = CovarianceEstimator(dimension: covariance.rows)
        for _ in 0..<draws {
            var position = random.normals(covariance.rows)
            var span = position.mutableSpan
            Triangle.multiply(root.lower, &span)
            var gradient = position.map { -$0 }
            var slopes = gradient.mutableSpan
            root.solve(&slopes)
            estimator.add(position, gradient)
        }
        return estimator
    }

    private func covariance(_ order: Int) -> Matrix {
        var matrix = Matrix(rows: order, columns: order)
        for row in 0..<order {
            for column in 0..<order {
                let distance = Double(abs(row - column))
                let scale = Elementary.exp(Double((row % 5) + (column % 5)))
                matrix[row, column] = scale * Elementary.exp(-0.3 * distance)
            }
        }
        return matrix
    }

    @Test("of a normal density the window gives the covariance itself", arguments: [2, 10, 40])
    func dense(_ order: Int) throws {
        let truth = covariance(order)
        let estimator = try window(truth, draws: 3 * order + 10)
        let before = Array(repeating: 1.0, count: order)
        guard case .dense(let metric, _) = estimator.metric(largestDense: 40, before: before) else {
            Issue.record("not dense")
            return
        }
        for row in 0..<order {
            for column in 0..<order {
                let size = (truth[row, row] * truth[column, column]).squareRoot()
                #expect(abs(metric[row, column] - truth[row, column]) < 0.01 * size)
            }
        }
    }

    @Test("the geometric mean of A and the inverse of B solves X B X = A")
    func mean() throws {
        var random = RandomStream(seed: 4)
        let (a, b) = (random.matrix(9, 6).gram(), random.matrix(9, 6).gram())
        let x = try CovarianceEstimator.geometricMean(a, inverseOf: b)
        let product = x * b * x
        #expect(zip(product.elements, a.elements).allSatisfy { abs($0 - $1) < 1e-9 })
    }

    @Test("directions are kept as long as they save more steps than they cost")
    func worthwhile() {
        #expect(CovarianceEstimator.worthwhile([]) == 0)
        // A few strong directions among many weak ones.
        let weak = Array(repeating: 0.1, count: 300)
        #expect(CovarianceEstimator.worthwhile([6] + weak) == 1)
        #expect(CovarianceEstimator.worthwhile([6, 5, 4] + weak) == 3)
        // Many of about one strength save nothing.
        let even = (0..<300).map { 1.1 - 0.001 * Double($0) }
        #expect(CovarianceEstimator.worthwhile(even) == 0)
    }

    @Test("one strong direction in many dimensions is found")
    func lowRank() throws {
        var truth = Matrix.identity(60)
        for row in 0..<60 {
            for column in 0..<60 { truth[row, column] += 2 }
        }
        let estimator = try window(truth, draws: 200)
        let before = Array(repeating: 1.0, count: 60)
        guard case .lowRank(let metric) = estimator.metric(largestDense: 10, before: before) else {
            Issue.record("not of low rank")
            return
        }
        #expect(metric.variances.count == 1)
        // Along the direction the metric is the covariance: 1 + 2 · 60.
        let direction = Array(repeating: (1.0 / 60).squareRoot(), count: 60)
        let loaded = LoadedMetric(dimension: 60)
        loaded.load(.lowRank(metric))
        var image = direction
        unsafe loaded.apply(direction, &image)
        #expect(abs(image.span.dot(direction.span) / 121 - 1) < 0.05)
    }

    @Test("windows that say nothing leave the diagonal as it was")
    func nothing() {
        let before = [2.0, 3]
        var estimator = CovarianceEstimator(dimension: 2)
        #expect(
            estimator.metric(largestDense: 9, before: before)
                == .diagonal([2, 3].map(squareOfRoot))
        )
        for _ in 0..<50 { estimator.add([1, 1], [0.5, 0.5]) }
        #expect(estimator.flatParameter == nil)
        if case .lowRank = estimator.metric(largestDense: 9, before: before) {
            Issue.record("a dense metric was asked for")
        }
    }

    private func squareOfRoot(_ x: Double) -> Double { x.squareRoot() * x.squareRoot() }

    /// A metric, and the matrix that it stands for.
    private func metrics(_ order: Int) throws -> [(metric: Metric, matrix: Matrix)] {
        var random = RandomStream(seed: 5)
        let matrix = covariance(order)
        let variances = (0..<order).map { 0.5 + Double($0) }
        let directions = try QRFactorization(random.matrix(order, 6)).orthonormal()
        let scales = variances.map { $0.squareRoot() }
        let stretch = [9, 0.1, 4, 0.01, 2, 30]
        var inner = directions * .diagonal(stretch.map { $0 - 1 }) * directions.transposed
        for index in 0..<order { inner[index, index] += 1 }
        return [
            (.diagonal(variances), .diagonal(variances)),
            (.dense(matrix, try Cholesky(matrix)), matrix),
            (
                .lowRank(
                    Metric.LowRank(scales: scales, directions: directions, variances: stretch)
                ),
                .diagonal(scales) * inner * .diagonal(scales)
            ),
        ]
    }

    @Test("a loaded metric is its matrix, and draws momenta of its inverse", arguments: [6, 23])
    func loaded(_ order: Int) throws {
        var random = RandomStream(seed: 6)
        let loaded = LoadedMetric(dimension: order)
        for (metric, matrix) in try metrics(order) {
            loaded.load(metric)
            let source = random.normals(order)
            var target = Array(repeating: 0.0, count: order)
            unsafe loaded.apply(source, &target)
            for (one, other) in zip(target, matrix.times(source.span)) {
                #expect(abs(one - other) < 1e-9 * max(1, abs(other)))
            }
            // Velocities are the metric times momenta, and their product is the normal numbers'.
            let numbers = random.normals(order)
            var (momentum, velocity) = (numbers, numbers)
            unsafe loaded.draw(&momentum, velocity: &velocity)
            for (one, other) in zip(velocity, matrix.times(momentum.span)) {
                #expect(abs(one - other) < 1e-8 * max(1, abs(other)))
            }
            let energy = momentum.span.dot(velocity.span) / numbers.span.dot(numbers.span)
            #expect(abs(energy - 1) < 1e-10)
        }
    }
}
