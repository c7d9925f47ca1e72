import Numerics
import Panels
import Testing

@testable import MediaMix

/// Simulation-based calibration: the rank of the truth among draws of the posterior is uniform if
/// the truth was drawn from the priors and the outcome from the model, whatever they are.
@Suite("Ranks of the truth are uniform")
struct RankTests {
    private static let bins = 20
    private static let kept = 99
    private static let thinning = 8
    private static let fits = SampledForm.isLong ? 500 : 4

    /// The names of what is ranked, their ranks, and how many draws diverged.
    private struct Ranks {
        let names: [String]
        let values: [Int]
        let divergences: Int
    }

    /// The ranks of the truth of worlds whose models are drawn together.
    private func ranks(_ worlds: [World], seed: UInt64) async throws -> Ranks {
        let model = try JointMixModel(
            try worlds.map { try MediaMixModel($0.panel, $0.configuration, scaling: $0.scaling) }
        )
        let density = JointMixDensity(model)
        var configuration = SamplingConfiguration(seed: seed)
        (configuration.chains, configuration.threads) = (1, 1)
        configuration.warmup = SampledForm.isLong ? 500 : 150
        let thinning = SampledForm.isLong ? Self.thinning : 1
        configuration.draws = Self.kept * thinning
        configuration.targetAcceptance = 0.9
        configuration.retryTargetAcceptance = nil
        let posterior = try await SamplingRun(
            density,
            configuration,
            starts: density.starts(chains: 1, seed: seed)
        ).posterior()
        let fits = try #require(model.fits(MixDraws(posterior)))
        var (names, values) = ([String](), [Int]())
        for (index, (world, fit)) in zip(worlds, fits).enumerated() {
            let own = ranks(world, fit, every: thinning)
            let shared = fit.model.transformPriors
            // What they share is ranked once.
            for (name, value) in own where index == 0 || shared[name] == nil {
                names.append("\(name) of \(world.panel.outcome.name)")
                values.append(value)
            }
        }
        return Ranks(names: names, values: values, divergences: posterior.divergences)
    }

    /// The ranks of one world's truth among the draws of its chain.
    private func ranks(
        _ world: World,
        _ fit: MixFit,
        every thinning: Int
    ) -> [(name: String, rank: Int)] {
        var density = MixDensity(fit.model)
        let names = Array(fit.model.parameterNames.prefix(density.dimension))
        let truth = names.map { world.parameters[$0] ?? .nan } + world.returns
        let costs = world.panel.channels.map { $0.spend.reduce(0, +) }
        var values = truth.map { _ in 0 }
        for draw in 0..<Self.kept {
            let point = Array(fit.draws.point(draw * thinning, chain: 0))
            let own = density.parameters(at: point.span).prefix(names.count)
            let earned = density.contributions(at: point.span).map { $0.reduce(0, +) }
            for (index, value) in (own + zip(earned, costs).map { $0 / $1 }).enumerated()
            where value < truth[index] { values[index] += 1 }
        }
        let returns = world.panel.channels.map { "return of \($0.name)" }
        return Array(zip(names + returns, values))
    }

    /// The probability of counts at least as uneven.
    private func probability(_ bins: [Int]) -> Double {
        let expected = Double(bins.reduce(0, +)) / Double(bins.count)
        let statistic = bins.reduce(0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / expected
        }
        return SpecialFunctions.gammaQ(Double(bins.count - 1) / 2, statistic / 2)
    }

    @Test("of each parameter and each return", arguments: World.Family.allCases)
    func uniform(_ family: World.Family) async throws {
        try await expectUniform("\(family)") { [try World.drawn(from: family, &$0)] }
    }

    @Test("of two outcomes that are drawn together", arguments: [World.Family.national, .geos])
    func joint(_ family: World.Family) async throws {
        try await expectUniform("two of \(family)") { random in
            let first = try World.drawn(from: family, &random)
            return [first, try first.sibling("orders", &random)]
        }
    }

    private func expectUniform(
        _ family: String,
        _ drawn: (inout RandomStream) throws -> [World]
    ) async throws {
        var random = RandomStream(seed: 60)
        var (names, counts, all, divergences) = ([String](), [[Int]](), [Int](), 0)
        for fit in 0..<Self.fits {
            let ranks = try await ranks(try drawn(&random), seed: UInt64(1 + fit))
            #expect(ranks.values.allSatisfy { (0...Self.kept).contains($0) })
            names = ranks.names
            if counts.isEmpty { counts = names.map { _ in Array(repeating: 0, count: Self.bins) } }
            for (index, rank) in ranks.values.enumerated() {
                counts[index][rank * Self.bins / (Self.kept + 1)] += 1
            }
            all += ranks.values
            divergences += ranks.divergences
        }
        // Half a dozen times as many as there would be among uniform ranks is a wrong density.
        let extreme = all.count { $0 == 0 || $0 == Self.kept }
        #expect(extreme < 6 + all.count * 12 / (Self.kept + 1))
        guard SampledForm.isLong else { return }
        // Holm: the smallest times as many as there are, the next times one less, and so on.
        let sorted = zip(names, counts.map(probability)).sorted { $0.1 < $1.1 }
        for (index, one) in sorted.enumerated() {
            let adjusted = min(1, one.1 * Double(sorted.count - index))
            if index < 3 {
                print("ranks, \(family): \(one.0) has p \(one.1), adjusted \(adjusted)")
            }
            #expect(adjusted > 0.01, "\(one.0)")
        }
        print(
            "ranks, \(family): \(Self.fits) fits of \(names.count), \(divergences) divergences"
        )
    }
}
