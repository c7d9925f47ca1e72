import Foundation
import MediaMix
import Numerics
import TestKit
import Testing

@Suite(
    "The posterior of PyMC-Marketing's quick start",
    .enabled(if: Reference.folder != nil, "there is no reference data")
)
struct QuickstartPosteriorTests {
    /// In its long form it is sampled from as many seeds as are asked of it.
    private static let seeds: [UInt64] =
        ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1" ? Array(1...20) : [1, 2]

    private struct Gold: Decodable {
        struct Parameter: Decodable {
            let mean, sd: Double
            let q05, q25, q50, q75, q95, ess_bulk, mcse_mean: Double?
        }
        struct Posterior: Decodable {
            let parameters: [String: Parameter]
        }
        let gold_posterior: Posterior
    }

    @Test("means, deviations and quantiles are those of 800,000 draws", arguments: seeds)
    func gold(_ seed: UInt64) async throws {
        let folder = try #require(Reference.folder)
        let file = folder.appendingPathComponent("reference/mmm/pymc_mmm_example.json")
        let gold = try JSONDecoder().decode(Gold.self, from: Data(contentsOf: file))
            .gold_posterior.parameters
        let model = try MediaMixModel(try ReferencePanels.quickstart(), .pymcQuickstart)
        let clock = ContinuousClock()
        let start = clock.now
        let posterior = try await SamplingRun(
            MixDensity(model),
            SamplingConfiguration(seed: seed),
            starts: MixDensity(model).starts(chains: 4, seed: seed)
        ).posterior()
        let duration = clock.now - start
        let draws = NamedDraws(posterior, model)
        #expect(posterior.divergences == 0 && posterior.attempt == 1)
        #expect(draws.worstRHat < 1.01)
        for name in model.parameterNames {
            let truth = try #require(gold[name])
            // Its tail is so heavy that neither mean nor deviation can be told from 4,000 draws.
            if name == "saturation_beta[x2]" {
                try draws.expect(name, quantile: 0.05, try #require(truth.q05))
                try draws.expect(name, quantile: 0.25, try #require(truth.q25))
                try draws.expect(name, quantile: 0.5, try #require(truth.q50))
                try draws.expect(name, quantile: 0.75, try #require(truth.q75))
                try draws.expect(name, quantile: 0.95, try #require(truth.q95))
                continue
            }
            try draws.expect(name, mean: truth.mean, error: try #require(truth.mcse_mean))
            try draws.expect(name, deviation: truth.sd, size: try #require(truth.ess_bulk))
        }
        print(
            "seed \(seed): smallest ESS \(Int(draws.leastSize)), worst R-hat \(draws.worstRHat),",
            "\(posterior.gradients) gradients in \(duration)"
        )
    }
}
