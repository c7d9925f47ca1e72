import Numerics
import TestDensities
import Testing

@Suite("Targets whose answer is known")
struct ClosedFormTests {
    struct Target: Sendable, CustomTestStringConvertible {
        let dimension: Int
        let correlation: Double
        /// Scales run from one over this to this.
        let contrast: Double
        var draws = 1000
        var testDescription: String {
            "\(dimension) dimensions, correlation \(correlation), scales to \(contrast)"
        }

        var scales: [Double] {
            (0..<dimension).map { index in
                let share = dimension > 1 ? Double(index % 7) / 6 : 0.5
                return Elementary.exp((2 * share - 1) * Elementary.log(contrast))
            }
        }
    }

    static let targets = [
        Target(dimension: 1, correlation: 0, contrast: 1e3),
        Target(dimension: 2, correlation: 0.99, contrast: 1),
        Target(dimension: 20, correlation: -0.8, contrast: 1e6),
        Target(dimension: 150, correlation: 0.5, contrast: 1e3),
        Target(dimension: 151, correlation: 0.5, contrast: 1e3),
        Target(dimension: 500, correlation: 0.6, contrast: 1e6, draws: 500),
    ]

    @Test("correlated and ill-scaled normals have their means and deviations", arguments: targets)
    func normals(_ target: Target) async throws {
        let density = CorrelatedNormal(scales: target.scales, correlation: target.correlation)
        var configuration = SamplingConfiguration(seed: 31)
        configuration.draws = target.draws
        let posterior = try await SamplingRun(density, configuration).posterior()
        #expect(posterior.divergences == 0)
        var distances: [Double] = []
        for index in 0..<target.dimension {
            let chains = posterior.draws(of: index)
            let all = chains.flatMap { $0 }
            distances.append(
                all.span.sum() / Double(all.count) / Diagnostics.meanError(chains)
            )
            let deviation = (all.span.dot(all.span) / Double(all.count)).squareRoot()
            #expect(abs(deviation / target.scales[index] - 1) < 0.08)
            #expect(Diagnostics.bulkESS(chains) > 0.2 * Double(all.count))
        }
        // Of 500 standard normal numbers the largest passes 4.5 once in three hundred seeds.
        #expect(distances.map(abs).max() ?? .infinity < 4.5)
        let steps =
            Double(
                posterior.chains.map { $0.transitions.map(\.steps).reduce(0, +) }
                    .reduce(0, +)
            ) / Double(4 * target.draws)
        print("\(target.testDescription): \(steps) steps a draw")
    }

    @Test("Student's t in five dimensions has its deviation", arguments: [5.0, 8, 30])
    func studentT(_ degrees: Double) async throws {
        let density = IndependentStudentT(dimension: 5, degrees: degrees)
        var configuration = SamplingConfiguration(seed: 32)
        configuration.draws = 4000
        let posterior = try await SamplingRun(density, configuration).posterior()
        for index in 0..<5 {
            posterior.expect(
                "x",
                mean: 0,
                deviation: (degrees / (degrees - 2)).squareRoot()
            ) { $0[index] }
            let all = posterior.draws(of: index).flatMap { $0 }
            let law = StudentT(degrees: degrees)
            // Thinned to about independent draws.
            let thinned = stride(from: 0, to: all.count, by: 4).map { all[$0] }
            #expect(kolmogorov(thinned) { law.cdf($0) } < 2.2)
        }
    }

    @Test("a centred funnel is not passed off as sampled well")
    func funnel() async throws {
        var configuration = SamplingConfiguration(seed: 33)
        configuration.retryTargetAcceptance = nil
        let posterior = try await SamplingRun(Funnel(width: 9), configuration).posterior()
        #expect(!posterior.warnings.isEmpty)
        print("funnel: \(posterior.warnings.map(\.description))")
    }

    @Test("a mild funnel is sampled right")
    func mildFunnel() async throws {
        var configuration = SamplingConfiguration(seed: 34)
        configuration.targetAcceptance = 0.95
        configuration.draws = 4000
        let density = Funnel(width: 3, deviation: 1)
        let posterior = try await SamplingRun(density, configuration).posterior()
        posterior.expect("v", mean: 0, deviation: 1) { $0[0] }
        let spread = Elementary.exp(0.25)
        posterior.expect("x", mean: 0, deviation: spread) { $0[1] }
    }
}
