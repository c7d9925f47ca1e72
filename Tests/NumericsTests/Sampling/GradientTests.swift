import Numerics
import TestDensities
import Testing

@Suite("Hand-written gradients against a tape and differences")
struct GradientTests {
    typealias Variable = Tape.Variable

    struct Model: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let density: any Density
        /// The same log density up to a constant, written as the formulas stand in the reference.
        let plain: @Sendable ([Variable]) -> Variable
    }

    private static func normal(_ x: Variable, _ mean: Variable, _ scale: Variable) -> Variable {
        let z = (x - mean) / scale
        return z * z * -0.5 - scale.log()
    }

    private static func normal(_ x: Variable, _ scale: Double) -> Variable {
        x * x * (-0.5 / (scale * scale))
    }

    private static func cauchy(_ x: Variable, _ scale: Double) -> Variable {
        (x * x / (scale * scale)).log1p() * -1
    }

    static let models: [Model] = [regression, mixture, schools, normals, funnel, studentT]

    private static var regression: Model {
        var random = RandomStream(seed: 9)
        let design = random.matrix(12, 3)
        let target = random.normals(12)
        let density = LinearRegression(
            design: design,
            target: target,
            coefficientScale: 10,
            scalePrior: .halfCauchy(2.5)
        )
        return Model(testDescription: "regression", density: density) { u in
            let sigma = u[3].exp()
            let likelihood = target.indices.map { row in
                let mean = (0..<3).map { u[$0] * design[row, $0] }.total()
                return normal(mean + -target[row], u[0] * 0, sigma)
            }
            return likelihood.total() + (0..<3).map { normal(u[$0], 10) }.total()
                + cauchy(sigma, 2.5) + u[3]
        }
    }

    private static var mixture: Model {
        var random = RandomStream(seed: 10)
        let values = (0..<9).map { _ in 2 * random.normal() }
        let density = NormalMixture(observations: values)
        return Model(testDescription: "mixture", density: density) { u in
            let (low, high) = (u[0], u[0] + u[1].exp())
            let (first, second) = (u[2].exp(), u[3].exp())
            let theta = (u[4].exp() + 1).log() * -1 + u[4]
            let share = theta.exp()
            let likelihood = values.map { y in
                let a = normal(low * 0 + y, low, first).exp() * share
                let b = normal(low * 0 + y, high, second).exp() * (1 - share)
                return (a + b).log()
            }
            let priors = [low, high, first, second].map { normal($0, 2) }.total()
            let shares = (share.log() + (1 - share).log()) * 5
            return likelihood.total() + priors + shares + u[1] + u[2] + u[3]
        }
    }

    private static var schools: Model {
        let (effects, errors) = ([3.0, -1, 8], [2.0, 4, 3])
        let density = EightSchools(effects: effects, errors: errors)
        return Model(testDescription: "schools", density: density) { u in
            let tau = u[4].exp()
            let likelihood = (0..<3).map { j in
                normal((u[3] + tau * u[j]) + -effects[j], errors[j]) + normal(u[j], 1)
            }
            return likelihood.total() + normal(u[3], 5) + cauchy(tau, 5) + u[4]
        }
    }

    private static var normals: Model {
        let scales = [1, 1e-3, 20, 0.5]
        let density = CorrelatedNormal(scales: scales, correlation: 0.7)
        return Model(testDescription: "correlated normal", density: density) { u in
            let z = u.indices.map { u[$0] / scales[$0] }
            let rest = (1..<4).map { (index: Int) -> Variable in
                let residual: Variable = z[index] - z[index - 1] * 0.7
                return residual * residual
            }
            let sum: Variable = rest.total() / 0.51 + z[0] * z[0]
            return sum * -0.5
        }
    }

    private static var funnel: Model {
        Model(testDescription: "funnel", density: Funnel(width: 3)) { u in
            let scale = (u[0] * 0.5).exp()
            return normal(u[0], 3) + (1...3).map { normal(u[$0], u[0] * 0, scale) }.total()
        }
    }

    private static var studentT: Model {
        let density = IndependentStudentT(dimension: 2, degrees: 4)
        return Model(testDescription: "t", density: density) { u in
            u.map { ($0 * $0 / 4).log1p() * -2.5 }.total()
        }
    }

    private func evaluate(
        _ density: any Density,
        _ point: [Double]
    ) throws -> (value: Double, gradient: [Double]) {
        var density = density
        var gradient = Array(repeating: Double.nan, count: point.count)
        var target = gradient.mutableSpan
        let value = try density.logDensity(at: point.span, gradient: &target)
        return (value, gradient)
    }

    @Test("values differ by a constant from the tape's, gradients not at all", arguments: models)
    func tape(_ model: Model) throws {
        var random = RandomStream(seed: 12)
        var offsets: [Double] = []
        for _ in 0..<20 {
            let point = random.normals(model.density.dimension)
            let ours = try evaluate(model.density, point)
            let truth = Tape.differentiate(at: point, model.plain)
            offsets.append(ours.value - truth.value)
            let size = max(1, truth.value.magnitude)
            #expect(abs(offsets[0] - ours.value + truth.value) < 1e-11 * size)
            for (one, other) in zip(ours.gradient, truth.gradient) {
                #expect(abs(one - other) < 1e-11 * max(size, abs(other)))
            }
        }
    }

    /// Every component of a gradient against differences of the value.
    private func expectDifferences(_ density: any Density, spread: Double) throws {
        var random = RandomStream(seed: 13)
        for _ in 0..<5 {
            let point = random.normals(density.dimension).map { spread * $0 }
            let gradient = try evaluate(density, point).gradient
            for index in point.indices {
                let slope = try differenceOfThrowing(at: point[index]) { value in
                    var moved = point
                    moved[index] = value
                    return try evaluate(density, moved).value
                }
                #expect(abs(gradient[index] - slope) < 2e-6 * max(1, abs(slope)))
            }
        }
    }

    @Test("gradients are differences", arguments: models)
    func differences(_ model: Model) throws {
        try expectDifferences(model.density, spread: 1)
    }

    @Test("the gradient of a Gaussian process is a difference")
    func gaussianProcess() throws {
        var random = RandomStream(seed: 14)
        let density = try GaussianProcess(
            places: (0..<7).map { Double($0) },
            observations: random.normals(7)
        )
        try expectDifferences(density, spread: 0.5)
    }

    @Test(
        "gradients of the reference posteriors are differences",
        .enabled(if: Reference.folder != nil, "there is no reference data"),
        arguments: PosteriorDatabase.allCases
    )
    func reference(_ posterior: PosteriorDatabase) throws {
        let folder = try #require(Reference.folder)
        try expectDifferences(try posterior.density(in: folder), spread: 0.3)
    }
}

/// A central difference of sixth order of a function that may throw.
func differenceOfThrowing(
    at x: Double,
    _ function: (Double) throws -> Double
) rethrows -> Double {
    let step = 2e-3 * max(abs(x), 0.05)
    func odd(_ factor: Double) throws -> Double {
        try function(x + factor * step) - function(x - factor * step)
    }
    return (45 * (try odd(1)) - 9 * (try odd(2)) + (try odd(3))) / (60 * step)
}
