import Numerics
import TestDensities
import TestKit
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

    static let models: [Model] = [regression, mixture, schools, process, normals, funnel, studentT]

    private static func model(_ name: String, _ density: some PlainDensity) -> Model {
        Model(testDescription: name, density: density, plain: density.plain)
    }

    private static var regression: Model {
        var random = RandomStream(seed: 9)
        return model(
            "regression",
            LinearRegression(
                design: random.matrix(12, 3),
                target: random.normals(12),
                coefficientScale: 10,
                scalePrior: .halfCauchy(2.5)
            )
        )
    }

    private static var mixture: Model {
        var random = RandomStream(seed: 10)
        let values = (0..<9).map { _ in 2 * random.normal() }
        return model("mixture", NormalMixture(observations: values))
    }

    private static var schools: Model {
        model("schools", EightSchools(effects: [3, -1, 8], errors: [2, 4, 3]))
    }

    private static var process: Model {
        var random = RandomStream(seed: 14)
        let places = (0..<7).map { Double($0) }
        do {
            return model(
                "Gaussian process",
                try GaussianProcess(places: places, observations: random.normals(7))
            )
        } catch {
            preconditionFailure("an identity matrix has a root: \(error)")
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
            return Plain.normal(u[0], 3)
                + (1...3).map { Plain.normal(u[$0], u[0] * 0, scale) }.total()
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
        try expectTape(model.density, model.plain, spread: 1)
    }

    private func expectTape(
        _ density: any Density,
        _ plain: ([Variable]) -> Variable,
        spread: Double
    ) throws {
        var random = RandomStream(seed: 12)
        var offsets: [Double] = []
        for _ in 0..<20 {
            let point = random.normals(density.dimension).map { spread * $0 }
            let ours = try evaluate(density, point)
            let truth = Tape.differentiate(at: point, plain)
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

    @Test(
        "gradients of the reference posteriors are those of the tape, and differences",
        .enabled(if: Reference.folder != nil, "there is no reference data"),
        arguments: PosteriorDatabase.allCases
    )
    func reference(_ posterior: PosteriorDatabase) throws {
        let folder = try #require(Reference.folder)
        let density = try posterior.density(in: folder)
        try expectDifferences(density, spread: 0.3)
        let plain = try #require(density as? any PlainDensity)
        try expectTape(density, plain.plain, spread: 0.3)
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
