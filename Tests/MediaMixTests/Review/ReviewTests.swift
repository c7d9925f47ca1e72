import Numerics
import Panels
import Testing

@testable import MediaMix

@Suite("The review of a fit")
struct ReviewTests {
    private func review(
        _ world: SimpleWorld = SimpleWorld(),
        whole: Panel? = nil,
        lifts: [LiftTest] = [],
        divergences: Int? = 0,
        chains: [[[String: Double]]] = SimpleWorld.chains(150)
    ) throws -> MixReview {
        let fit = try MixFit.placed(try world.model(lifts: lifts), chains)
        var options = MixResults.Options()
        options.draws = 200
        options.priorDraws = 100
        let results = try MixResults(fit, whole: whole, options: options)
        return MixReview(fit, results, divergences: divergences)
    }

    private func check(
        _ subject: ReviewCheck.Subject,
        _ review: MixReview,
        _ status: ReviewCheck.Status,
        names: String...
    ) throws {
        let found = try #require(review.checks.first { $0.subject == subject })
        #expect(found.status == status, "\(found.words)")
        #expect((found.remedy == nil) == (status == .pass))
        for name in names { #expect(found.words.contains(name), "\(found.words)") }
        #expect(review.status >= status)
    }

    @Test("a good fit passes every check")
    func good() throws {
        let found = try review()
        for check in found.checks { #expect(check.status == .pass, "\(check.words)") }
        #expect(found.status == .pass)
        #expect(found.verdict.hasPrefix("Nothing speaks against this model"))
    }

    @Test("chains that differ fail, and the parameter is named")
    func convergence() throws {
        let apart = SimpleWorld.chains(150) { draw, chain, _ in
            if chain == 0 { draw["saturation_beta[tv]", default: 0] += 0.05 }
        }
        let found = try review(chains: apart)
        try check(.convergence, found, .fail, names: "saturation_beta[tv]")
        #expect(found.verdict.hasPrefix("Do not rely on this model: convergence"))
        try check(.convergence, try review(divergences: 3), .review, names: "3 draws diverged")
        try check(.convergence, try review(divergences: 60), .fail)
        let one = Array(SimpleWorld.chains(200).prefix(1))
        try check(
            .convergence,
            try review(divergences: nil, chains: one),
            .review,
            names: "one chain"
        )
    }

    @Test("chains that stand still in different places fail")
    func stillness() throws {
        let model = try SimpleWorld().model()
        let dimension = MixDensity(model).dimension
        let chains = (0..<4).map { chain in
            (0..<100).flatMap { _ in (0..<dimension).map { _ in 0.01 * Double(chain) } }
        }
        let draws = try #require(MixDraws(chains: chains, dimension: dimension))
        let fit = try #require(MixFit(model, draws))
        let found = MixReview(fit, try MixResults(fit), divergences: 0)
        try check(.convergence, found, .fail, names: "R-hat is an infinite number")
    }

    @Test("a baseline below nothing is found, with its probability and days")
    func baseline() throws {
        let low = SimpleWorld.chains { draw, _, _ in
            draw["intercept_contribution"] = -0.05
            draw["saturation_beta[tv]"] = 1.9
        }
        let found = try review(chains: low)
        let day = "\(SimpleWorld().panel.periods[0])"
        try check(.negativeBaseline, found, .fail, names: "100 %", day)
    }

    @Test("a channel that made most of the outcome, or returns far from the prior")
    func implausible() throws {
        let most = SimpleWorld.chains { draw, _, _ in
            draw["intercept_contribution"] = 0.1
            draw["saturation_beta[tv]"] = 1.2
        }
        try check(.implausibleReturn, try review(chains: most), .review, names: "tv made")
        let more = SimpleWorld.chains { draw, _, _ in
            draw["intercept_contribution"] = -0.2
            draw["saturation_beta[tv]"] = 2.2
        }
        try check(.implausibleReturn, try review(chains: more), .fail, names: "all media")
        var world = SimpleWorld()
        world.configuration.priors["saturation_beta"] = .halfNormal(scale: 0.05)
        try check(.implausibleReturn, try review(world), .review, names: "the return of tv")
    }

    @Test("a posterior like its prior has learnt nothing, and its returns are hardly known")
    func nothingLearnt() throws {
        var world = SimpleWorld()
        world.configuration.priors["saturation_beta"] = .halfNormal(scale: 1)
        let law = HalfNormal(scale: 1)
        let wide = SimpleWorld.chains(200) { draw, _, random in
            draw["saturation_beta[tv]"] = law.sample(&random)
        }
        let found = try review(world, chains: wide)
        try check(.nothingLearnt, found, .review, names: "saturation_beta[tv]")
        try check(.highVariance, found, .review, names: "tv")
    }

    @Test("a level that is off gives another outcome in all, and tells nothing")
    func level() throws {
        let high = SimpleWorld.chains { draw, _, _ in draw["intercept_contribution"] = 0.9 }
        let found = try review(chains: high)
        try check(.posteriorPredictive, found, .fail)
        try check(.fit, found, .fail)
        try check(.coverage, found, .fail)
    }

    @Test("noise beyond what is modelled")
    func noise() throws {
        let found = try review(SimpleWorld(noise: 0.03))
        try check(.coverage, found, .review)
        try check(.fit, try review(SimpleWorld(noise: 0.15)), .review)
    }

    @Test("periods held out in which all was different")
    func holdout() throws {
        var world = SimpleWorld()
        var whole = world.panel
        world.panel = whole.first(60)
        try check(.holdout, try review(world, whole: whole), .pass)
        for period in 60..<80 { whole.outcome.values[period] *= 1.3 }
        try check(.holdout, try review(world, whole: whole), .fail)
    }

    @Test(
        "a period without which the model would be another, but for what is learnt from it alone",
        arguments: [(4, true), (5, false)]
    )
    func influence(periods: Int, isRare: Bool) throws {
        var world = SimpleWorld()
        world.panel.outcome.values[40] += 400
        var event = Array(repeating: 0.0, count: 80)
        event[40] = 1
        for period in 1..<periods { event[period] = 1e-6 }
        world.panel.controls = [PanelColumn(name: "event", values: event)]
        world.configuration.controlScale = .none
        let chains = SimpleWorld.chains(250) { draw, _, random in
            draw["gamma_control[event]"] = 0.4 + 0.02 * random.normal()
        }
        let day = "\(world.panel.periods[40])"
        let found = try review(world, chains: chains)
        let told = try #require(found.checks.first { $0.subject == .influentialPeriods })
        let parts = told.words.split(separator: "speaks for must weigh as much")
        #expect(parts.count == (isRare ? 2 : 1))
        #expect(parts[isRare ? 1 : 0].contains("\(day) (k-hat"), "\(told.words)")
        // It is all that is odd, but for what few draws say of others.
        if !isRare { try check(.influentialPeriods, found, .review, names: day) }
    }

    @Test("what is left over goes on as it was")
    func autocorrelation() throws {
        var world = SimpleWorld()
        for period in 0..<80 {
            world.panel.outcome.values[period] += period % 16 < 8 ? 20 : -20
        }
        let found = try review(world)
        try check(.autocorrelation, found, .review)
        for period in 0..<80 {
            world.panel.outcome.values[period] += period % 40 < 20 ? 80 : -80
        }
        try check(.autocorrelation, try review(world), .fail)
    }

    @Test(
        "an experiment that contradicts the data, in standard errors",
        arguments: [
            (1.0, ReviewCheck.Status.pass), (2.5, .review), (6, .fail),
        ]
    )
    func calibration(_ errors: Double, _ status: ReviewCheck.Status) throws {
        let days = SimpleWorld().panel.periods
        let truth = (30...33).reduce(0) { $0 - SimpleWorld.response(SimpleWorld.spend[$1]) }
        let lift = LiftTest(
            channel: "tv",
            first: days[30],
            last: days[33],
            change: .share(-1),
            lift: truth + errors * 50,
            standardError: 50
        )
        let name = "tv from \(days[30])"
        try check(.calibration, try review(lifts: [lift]), status, names: name, "above")
    }

    @Test("correlations are their formula, and noise has none")
    func correlations() {
        var random = RandomStream(seed: 8)
        let noise = (0..<200).map { _ in random.normal() }
        #expect(Autocorrelation(noise).probability > 0.01)
        #expect(abs(Autocorrelation(noise).first) < 0.2)
        #expect(Autocorrelation([1, 1, 1]).probability == 1)
        let waves = Autocorrelation((0..<200).map { $0 % 20 < 10 ? 1 : -1 })
        // Of 199 pairs, 180 go on and 19 do not.
        #expect(abs(waves.first - 0.805) < 1e-12 && waves.probability < 1e-9)
    }
}
