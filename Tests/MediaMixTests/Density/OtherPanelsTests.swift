import Foundation
import MediaMix
import Numerics
import Panels
import Synchronization
import TestKit
import Testing

@Suite(
    "Other panels are sampled without trouble",
    .enabled(if: Reference.folder != nil, "there is no reference data")
)
struct OtherPanelsTests {
    private func expectQuiet(_ label: String, _ model: MediaMixModel) async throws {
        let density = MixDensity(model)
        let posterior = try await SamplingRun(
            density,
            SampledForm.configuration(seed: 1),
            starts: density.starts(chains: 4, seed: 1)
        ).posterior()
        let draws = NamedDraws(posterior, model)
        #expect(posterior.divergences <= 4 && posterior.attempt == 1, "\(label)")
        #expect(draws.worstRHat < SampledForm.worstRHat, "\(label)")
        print(
            "\(label): smallest ESS \(Int(draws.leastSize)), worst R-hat \(draws.worstRHat),",
            "\(posterior.divergences) divergences, \(posterior.gradients) gradients"
        )
    }

    /// In its short form one of them, with fewer draws.
    @Test("with priors on returns, on coefficients, and with knots")
    func panels() async throws {
        var byCoefficient = MixConfiguration.pymcQuickstart
        byCoefficient.controlScale = .standardised
        var knots = MixConfiguration()
        knots.baseline = .knots(8)
        knots.seasons = []
        let (robyn, national) = (try ReferencePanels.robyn(), try ReferencePanels.national())
        try await expectQuiet("Robyn, returns", MediaMixModel(robyn))
        guard SampledForm.isLong else { return }
        try await expectQuiet("Robyn, coefficients", MediaMixModel(robyn, byCoefficient))
        try await expectQuiet("national, returns", MediaMixModel(national))
        try await expectQuiet("national, coefficients", MediaMixModel(national, byCoefficient))
        try await expectQuiet("national, knots", MediaMixModel(national, knots))
    }

    @Test("likely starts are likely, and the same for a seed")
    func starts() throws {
        let density = MixDensity(try MediaMixModel(try ReferencePanels.robyn()))
        let starts = density.starts(chains: 2, seed: 5)
        #expect(starts == density.starts(chains: 2, seed: 5))
        #expect(starts[0] != starts[1])
        for start in starts {
            #expect(try density.evaluated(at: start).value > 0)
            let middle = Array(repeating: 0.0, count: density.dimension)
            #expect(try density.evaluated(at: middle).value < 0)
        }
    }

    /// Before the manifest turned an optimisation off, about each hundredth of them was wrong.
    @Test("copies are worked on by several threads at once, each as if it were alone")
    func copies() throws {
        let model = try MediaMixModel(try ReferencePanels.quickstart(), .pymcQuickstart)
        let alone = MixDensity(model)
        let point = alone.starts(chains: 1, seed: 8)[0]
        let right = try alone.evaluated(at: point)
        let different = Mutex(0)
        for _ in 0..<200 {
            let shared = MixDensity(model)
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                let found = try? shared.evaluated(at: point)
                guard found?.value != right.value || found?.gradient != right.gradient else {
                    return
                }
                different.withLock { $0 += 1 }
            }
        }
        #expect(different.withLock { $0 } == 0)
    }

    @Test("the same seed gives the same bits on one thread and on four")
    func threads() async throws {
        let density = MixDensity(
            try MediaMixModel(try ReferencePanels.quickstart(), .pymcQuickstart)
        )
        var runs: [Posterior] = []
        for threads in [1, 4] {
            var configuration = SamplingConfiguration(seed: 8)
            (configuration.warmup, configuration.draws) = (200, 50)
            configuration.threads = threads
            let starts = density.starts(chains: 4, seed: 8)
            let run = SamplingRun(density, configuration, starts: starts)
            runs.append(try await run.posterior())
        }
        #expect(runs[0].chains == runs[1].chains)
    }
}
