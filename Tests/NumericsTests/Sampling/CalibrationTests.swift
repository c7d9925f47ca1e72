import Foundation
import Numerics
import TestDensities
import Testing

/// Talts, Betancourt, Simpson, Vehtari and Gelman, “Validating Bayesian inference algorithms with
/// simulation-based calibration”, arXiv:1804.06788: the rank of the truth among posterior draws is
/// uniform if truth and data were drawn from the prior and the model.
@Suite("Simulation-based calibration")
struct CalibrationTests {
    /// A density of data drawn from the model, and the parameters they were drawn with.
    struct Simulated {
        let density: any Density
        let truth: [Double]
    }

    struct Model: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let simulate: @Sendable (inout RandomStream) throws -> Simulated
    }

    static let models = [
        Model(testDescription: "regression, half-normal scale") {
            regression(&$0, HalfNormal(scale: 1).sample(&$0), .halfNormal(1))
        },
        Model(testDescription: "regression, half-Cauchy scale") {
            regression(&$0, abs(StudentT(degrees: 1).sample(&$0)), .halfCauchy(1))
        },
        Model(testDescription: "Gaussian process") { try gaussianProcess(&$0) },
    ]

    private static func regression(
        _ random: inout RandomStream,
        _ sigma: Double,
        _ prior: LinearRegression.ScalePrior
    ) -> Simulated {
        // Columns that correlate, few rows: the posterior is not quite normal.
        let base = random.normals(8)
        let design = Matrix(base.map { [1, $0, $0 + 0.5 * random.normal()] })
        let beta = random.normals(3)
        let target = design.times(beta.span).map { $0 + sigma * random.normal() }
        let density = LinearRegression(
            design: design,
            target: target,
            coefficientScale: 1,
            scalePrior: prior
        )
        return Simulated(density: density, truth: beta + [Elementary.log(sigma)])
    }

    private static func gaussianProcess(_ random: inout RandomStream) throws -> Simulated {
        let places = [-6.0, -4, -1, 0, 2, 7]
        let rho = Gamma(shape: 25, rate: 4).sample(&random)
        let alpha = HalfNormal(scale: 2).sample(&random)
        let sigma = HalfNormal(scale: 1).sample(&random)
        var covariance = Matrix(rows: 6, columns: 6)
        for row in 0..<6 {
            for column in 0..<6 {
                let distance = (places[row] - places[column]) / rho
                covariance[row, column] = alpha * alpha * Elementary.exp(-0.5 * distance * distance)
            }
            covariance[row, row] += sigma
        }
        var observations = random.normals(6)
        var span = observations.mutableSpan
        Triangle.multiply(try Cholesky(covariance).lower, &span)
        return Simulated(
            density: try GaussianProcess(places: places, observations: observations),
            truth: [rho, alpha, sigma].map { Elementary.log($0) }
        )
    }

    private static let bins = 20
    private static let kept = 99

    /// The rank of each parameter's truth among about independent draws of one fit.
    private func ranks(_ simulated: Simulated, seed: UInt64) async throws -> [Int] {
        var configuration = SamplingConfiguration(seed: seed)
        configuration.chains = 1
        configuration.warmup = 300
        configuration.draws = 5 * Self.kept
        configuration.targetAcceptance = 0.9
        configuration.retryTargetAcceptance = nil
        let posterior = try await SamplingRun(simulated.density, configuration).posterior()
        return simulated.truth.indices.map { index in
            let draws = posterior.draws(of: index)[0]
            return (0..<Self.kept).count { draws[5 * $0] < simulated.truth[index] }
        }
    }

    /// 1,000 fits of each model in the long form take minutes.
    @Test("ranks of the truth are uniform", arguments: models)
    func uniform(_ model: Model) async throws {
        let isLong = ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1"
        let fits = isLong ? 1000 : 200
        var random = RandomStream(seed: 50)
        var counts: [[Double]] = []
        for fit in 0..<fits {
            let simulated = try model.simulate(&random)
            let ranks = try await ranks(simulated, seed: UInt64(1000 + fit))
            if counts.isEmpty {
                counts = ranks.map { _ in Array(repeating: 0, count: Self.bins) }
            }
            for (index, rank) in ranks.enumerated() {
                counts[index][rank * Self.bins / (Self.kept + 1)] += 1
            }
        }
        let expected = Double(fits) / Double(Self.bins)
        let probabilities = counts.map { bins in
            let statistic = bins.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
            return SpecialFunctions.gammaQ(Double(Self.bins - 1) / 2, statistic / 2)
        }
        // Holm: the smallest times as many as there are, the next times one less, and so on.
        let adjusted = probabilities.sorted().enumerated().map { index, probability in
            probability * Double(probabilities.count - index)
        }
        print("\(model.testDescription), \(fits) fits: adjusted probabilities \(adjusted)")
        // Three models of four parameters at a seed that stays: once in a hundred seeds.
        #expect(adjusted.allSatisfy { $0 > 0.003 })
    }
}
