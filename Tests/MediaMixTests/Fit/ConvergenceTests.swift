import MediaMix
import Panels
import Testing

@testable import Numerics

@Suite("Whether draws of a mix model can be trusted")
struct ConvergenceTests {
    private static let (chains, draws) = (4, 1_000)

    private static func model(
        _ change: (inout MixConfiguration) -> Void = { _ in }
    ) throws
        -> MediaMixModel
    {
        var configuration = MixConfiguration()
        configuration.seasons = []
        change(&configuration)
        let geos = configuration.hasNoisePerGeo ? 2 : 1
        return try MediaMixModel(try InventedPanels.panel(geos: geos), configuration)
    }

    /// Chains whose draws are independent of each other, but for what is changed about them.
    private static func convergence(
        of model: MediaMixModel,
        energies: (Int, inout RandomStream) -> Double = { _, random in random.normal() },
        divergences: Int = 0,
        changing name: String = "",
        _ change: (Int, inout [Double]) -> Void = { _, _ in }
    ) async throws -> MixConvergence {
        let dimension = MixDensity(model).dimension
        let index = model.sampledNames.firstIndex(of: name)
        let all = (0..<chains).map { chain in
            var random = RandomStream(seed: 3, stream: UInt64(chain))
            var columns = (0..<dimension).map { _ in (0..<draws).map { _ in random.normal() } }
            if let index { change(chain, &columns[index]) }
            return (0..<draws).flatMap { draw in columns.map { 0.2 * $0[draw] } }
        }
        // How chains came to their draws is as in a short run, but for what is looked at.
        var configuration = SamplingConfiguration(seed: 1)
        (configuration.warmup, configuration.draws) = (20, 4)
        var traces = try await SamplingRun(
            MixDensity(model),
            configuration,
            starts: MixDensity(model).starts(chains: chains, seed: 1)
        ).posterior().chains
        var random = RandomStream(seed: 5)
        for chain in traces.indices {
            traces[chain].transitions = (0..<draws).map { draw in
                var transition = Transition()
                transition.energy = energies(draw, &random)
                transition.isDivergent = chain == 0 && draw < divergences
                return transition
            }
        }
        let fit = try #require(
            MixDraws(chains: all, dimension: dimension).flatMap { MixFit(model, $0) }
        )
        return MixConvergence(fit, traces)
    }

    @Test("is told with the numbers if nothing speaks against them")
    func good() async throws {
        let model = try Self.model { $0.priors = ["adstock_alpha[video]": .fixed(0.5)] }
        let found = try await Self.convergence(of: model)
        #expect(found.findings.isEmpty && !found.isFailure, "\(found.findings)")
        #expect(found.largestRHat > 1 && found.largestRHat < 1.01)
        #expect(found.leastBulkESS > 2_000 && found.leastTailESS > 2_000)
        #expect(found.leastEnergyFraction > 1.5 && found.divergences == 0)
        #expect(found.verdict.hasPrefix("the chains agree: R-hat is at most 1.00"))
    }

    @Test(
        "hangs on whether chains agree about each parameter, which is named",
        arguments: [(0.35, false), (6, true)]
    )
    func disagreement(_ shift: Double, _ isFailure: Bool) async throws {
        let found = try await Self.convergence(of: try Self.model(), changing: "y_sigma") {
            chain,
            values in
            if chain == 0 { for index in values.indices { values[index] += shift } }
        }
        let finding = try #require(found.findings.first)
        #expect(finding.measure == .rHat && finding.parameter == "y_sigma" && finding.geo == nil)
        #expect(finding.isFailure == isFailure && found.isFailure == isFailure)
        #expect(finding.value == found.largestRHat && finding.limit == 1.01)
        #expect(finding.problem.hasPrefix("the chains disagree about y_sigma: R-hat is 1."))
        #expect(finding.remedy.contains("give y_sigma a tighter prior"))
        let start =
            isFailure ? "the model cannot be trusted: " : "the model can be used with care: "
        #expect(found.verdict.hasPrefix(start + finding.problem))
    }

    /// What is found where each draw of a parameter is partly the one before.
    private static func found(remembering memory: Double) async throws -> MixConvergence {
        try await convergence(of: try model(), changing: "y_sigma") { _, values in
            for index in values.indices.dropFirst() {
                let fresh = (1 - memory * memory).squareRoot() * values[index]
                values[index] = memory * values[index - 1] + fresh
            }
        }
    }

    @Test("hangs on what the draws of a chain are worth")
    func size() async throws {
        let found = try await Self.found(remembering: 0.9)
        let finding = try #require(found.findings.first { $0.measure == .bulkESS })
        #expect(finding.parameter == "y_sigma" && !finding.isFailure, "\(finding)")
        #expect(finding.value == found.leastBulkESS && finding.limit == 400)
        #expect(found.findings.allSatisfy { $0.parameter == "y_sigma" } && !found.isFailure)
        // Those that hardly move are never in the same place, which is said once.
        let stuck = try await Self.found(remembering: 0.999)
        #expect(stuck.isFailure && stuck.leastBulkESS < 40)
        #expect(stuck.findings.map(\.measure) == [.rHat])
    }

    @Test(
        "hangs on how many diverged",
        arguments: [(4, nil), (40, false), (201, true)] as [(Int, Bool?)]
    )
    func divergences(_ count: Int, _ isFailure: Bool?) async throws {
        let found = try await Self.convergence(of: try Self.model(), divergences: count)
        #expect(found.divergences == count)
        #expect(found.findings.first?.isFailure == isFailure)
        guard let finding = found.findings.first else { return }
        #expect(finding.measure == .divergences && finding.parameter == nil)
        #expect(finding.problem.hasPrefix("\(count) of 4000 draws diverged"))
        #expect(finding.remedy.contains("target_acceptance"))
    }

    @Test("hangs on whether chains reach tails")
    func energy() async throws {
        var last = 0.0
        let found = try await Self.convergence(
            of: try Self.model(),
            energies: { draw, random in
                last = (draw == 0 ? 0 : last) + random.normal()
                return last
            }
        )
        let finding = try #require(found.findings.first)
        #expect(finding.measure == .energy && finding.isFailure && found.findings.count == 1)
        #expect(found.leastEnergyFraction < 0.1 && finding.value == found.leastEnergyFraction)
    }

    @Test("names the place that a parameter is of")
    func geo() async throws {
        let model = try Self.model { $0.hasNoisePerGeo = true }
        let name = "y_sigma[geo1]"
        let found = try await Self.convergence(of: model, changing: name) { chain, values in
            for index in values.indices { values[index] += 5 * Double(chain) }
        }
        let finding = try #require(found.findings.first)
        #expect(finding.parameter == name && finding.geo == "geo1", "\(finding)")
    }
}
