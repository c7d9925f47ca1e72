import Numerics
import Panels
import Testing

@testable import MediaMix

@Suite("Predictions")
struct PredictionResultTests {
    private func prediction(
        _ world: SimpleWorld,
        _ draws: [[String: Double]],
        whole: Panel? = nil
    ) throws -> MixPrediction {
        let fit = try MixFit.placed(try world.model(), [draws])
        return try MixPrediction(
            fit.model,
            fit.sample(most: draws.count),
            on: whole,
            level: 0.9,
            seed: 1
        )
    }

    private let truth = [
        "intercept_contribution": 0.4, "saturation_beta[tv]": 0.5, "y_sigma": 0.02,
    ]

    @Test("errors and explained variance are their formulas")
    func errors() throws {
        let world = SimpleWorld()
        let quality = try prediction(world, Array(repeating: truth, count: 500)).training
        let outcome = world.panel.outcome.values
        let expected = SimpleWorld.spend.map { 400 + SimpleWorld.response($0) }
        let errors = zip(outcome, expected).map { $0 - $1 }
        let count = Double(outcome.count)
        let mean = outcome.reduce(0, +) / count
        let all = outcome.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        func expectSame(_ one: Double?, _ other: Double) {
            #expect(abs((one ?? .nan) - other) < 1e-9, "\(one ?? .nan) is not \(other)")
        }
        expectSame(quality.rSquared, 1 - errors.reduce(0) { $0 + $1 * $1 } / all)
        expectSame(
            quality.mape,
            zip(errors, outcome).reduce(0) { $0 + abs($1.0 / $1.1) } / count
        )
        expectSame(
            quality.wmape,
            errors.reduce(0) { $0 + abs($1) } / outcome.reduce(0, +)
        )
        let middle = expected.reduce(0, +) / count
        let spread = expected.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / count
        expectSame(quality.bayesianRSquared.mean, spread / (spread + 400))
        let density = errors.reduce(0) { sum, error in
            sum - 0.5 * error * error / 400 - Elementary.log(20 * (2 * Double.pi).squareRoot())
        }
        expectSame(quality.logDensity, density / count)
    }

    @Test("intervals hold as much as they say, and less of what is noisier")
    func coverage() throws {
        var held = (0.0, 0.0)
        for seed in 1...5 {
            let world = SimpleWorld(seed: UInt64(seed))
            let quality = try prediction(world, Array(repeating: truth, count: 400)).training
            held.0 += quality.coverage50 / 5
            held.1 += quality.coverage90 / 5
        }
        // 400 numbers: standard errors of 0.025 and 0.015.
        #expect(abs(held.0 - 0.5) < 0.1 && abs(held.1 - 0.9) < 0.06, "\(held)")
        let noisy = SimpleWorld(noise: 0.08)
        let quality = try prediction(noisy, Array(repeating: truth, count: 400)).training
        #expect(quality.coverage90 < 0.5)
    }

    @Test("later periods have what carried over into them, the trend, and the last level")
    func later() throws {
        var world = SimpleWorld()
        world.configuration.channel.adstock = Adstock(kind: .geometric, lags: 3)
        world.configuration.hasTrend = true
        world.configuration.priors["adstock_alpha"] = .fixed(0.5)
        let whole = world.panel
        world.panel = whole.first(60)
        let model = try world.model()
        var draw = truth
        draw["trend"] = 0.1
        let fit = try MixFit.placed(model, [[draw]])
        let found = try MixPrediction(
            model,
            fit.sample(most: 1),
            on: whole,
            level: 0.9,
            seed: 1
        )
        #expect(found.periods.count == 80 && found.periods.count { $0.isFitted } == 60)
        #expect(found.training.count == 60 && found.holdout?.count == 20)
        for period in 0..<80 {
            let carried = (0...min(2, period)).reduce(0) {
                $0 + [4.0 / 7, 2.0 / 7, 1.0 / 7][$1] * SimpleWorld.spend[period - $1]
            }
            let line = 100 * (Double(period) / 59 - 0.5)
            let expected = 400 + line + SimpleWorld.response(carried)
            #expect(abs(found.periods[period].expected - expected) < 1e-8 * expected)
            #expect(found.periods[period].observed == whole.outcome.values[period])
        }
        #expect(throws: MixModelError.otherScaling) {
            var other = whole
            other.channels[0].name = "radio"
            _ = try MixPrediction(model, fit.sample(most: 1), on: other, level: 0.9, seed: 1)
        }
    }

    @Test("leaving out is what conjugate formulas say")
    func leftOut() throws {
        // The level alone is not known, and it has a normal prior: every density is normal.
        var world = SimpleWorld()
        let (sigma, wide) = (0.02, 0.5)
        world.configuration.priors = [
            "saturation_lam": .fixed(0.6), "saturation_beta": .fixed(0.5),
            "y_sigma": .fixed(sigma), "intercept_contribution": .normal(mean: 0, scale: wide),
        ]
        let values = world.panel.outcome.values
        let rest = zip(values, SimpleWorld.spend).map {
            ($0 - SimpleWorld.response($1)) / SimpleWorld.scale
        }
        func posterior(_ data: [Double]) -> (mean: Double, variance: Double) {
            let variance = 1 / (1 / (wide * wide) + Double(data.count) / (sigma * sigma))
            return (variance * data.reduce(0, +) / (sigma * sigma), variance)
        }
        var random = RandomStream(seed: 2)
        let all = posterior(rest)
        let draws = (0..<4000).map { _ in
            ["intercept_contribution": all.mean + all.variance.squareRoot() * random.normal()]
        }
        let found = LeftOut(try prediction(world, draws), relativeEfficiency: 1)
        let exact = rest.indices.map { index in
            var others = rest
            let own = others.remove(at: index)
            let (mean, variance) = posterior(others)
            let width = (variance + sigma * sigma).squareRoot()
            return Normal(mean: mean, scale: width).logDensity(own)
                - Elementary.log(SimpleWorld.scale)
        }
        #expect(abs(found.expectedLogDensity - exact.reduce(0, +)) < 0.05)
        #expect(abs(found.parameters - 1) < 0.5)
        #expect(found.unreliableCount == 0 && found.count == 80)
    }

    @Test("each origin is fitted without what comes after it")
    func rollingOrigin() async throws {
        let world = SimpleWorld()
        let days = world.panel.periods
        let lift = LiftTest(
            channel: "tv",
            first: days[30],
            last: days[31],
            change: .share(-1),
            lift: -400,
            standardError: 40
        )
        var panel = world.panel
        // What happens but once, on day 30, says nothing before.
        var storm = [Double](repeating: 0, count: days.count)
        storm[30] = 1
        panel.controls.append(PanelColumn(name: "storm", values: storm))
        let parts = [20, 45, 70].map { RollingOrigin.Part(of: panel, $0, then: 10) }
        // Priors of what had not happened by then go with it.
        var configuration = world.configuration
        configuration.priors["gamma_control[storm]"] = .normal(mean: 0, scale: 1)
        #expect(parts.map(\.origin) == [20, 45, 70].map { days[$0] })
        #expect(parts.map(\.unchangedControls) == [["storm"], [], []])
        for (part, count) in zip(parts, [0, 1, 1]) {
            let model = try part.model(configuration, lifts: [lift])
            #expect(model.panel.periods.count == part.fitted.periods.count)
            #expect(model.lifts.count == count)
            // Scales differ from fit to fit: say the same of each.
            let scale = SimpleWorld.scale / model.scaling.outcomeScale
            var draw = [
                "intercept_contribution": 0.4 * scale, "saturation_beta[tv]": 0.5 * scale,
                "y_sigma": 0.02 * scale,
            ]
            if count > 0 { draw["gamma_control[storm]"] = 0 }
            let fit = try MixFit.placed(model, [Array(repeating: draw, count: 200)])
            let fold = try #require(try part.fold(fit, MixResults.Options()))
            #expect(fold.holdout.count == 10 && fold.training.count == model.panel.periods.count)
            #expect(try #require(fold.holdout.wmape) < 0.04)
            // Weeks: as those of the year before, or as the last.
            let values = panel.outcome.values
            let first = part.fitted.periods.count
            let errors = (first..<first + 10).map { week in
                abs(values[week] - values[first < 52 ? first - 1 : week - 52])
            }
            let sum = (first..<first + 10).reduce(0) { $0 + abs(values[$1]) }
            #expect(abs(try #require(fold.naiveWMAPE) - errors.reduce(0, +) / sum) < 1e-12)
        }
    }

    @Test("a lift is the difference of two outcomes")
    func lift() throws {
        var world = SimpleWorld()
        world.configuration.channel.adstock = Adstock(kind: .geometric, lags: 3)
        world.configuration.priors["adstock_alpha"] = .fixed(0.5)
        let days = world.panel.periods
        let test = LiftTest(
            channel: "tv",
            first: days[30],
            last: days[33],
            measuredUntil: days[34],
            change: .share(-0.5),
            lift: -300,
            standardError: 30
        )
        let fit = try MixFit.placed(try world.model(lifts: [test]), [[truth]])
        let found = try ModelledLift.all(fit.model, fit.sample(most: 1), level: 0.9)
        func outcome(_ spend: [Double]) -> Double {
            (30...34).reduce(0) { sum, period in
                let carried = (0...2).reduce(0) {
                    $0 + [4.0 / 7, 2.0 / 7, 1.0 / 7][$1] * spend[period - $1]
                }
                return sum + SimpleWorld.response(carried)
            }
        }
        var changed = SimpleWorld.spend
        for period in 30...33 { changed[period] *= 0.5 }
        // The spend was halved, and it is told what it brought.
        let expected = outcome(SimpleWorld.spend) - outcome(changed)
        #expect(abs(found[0].modelled.mean - expected) < 1e-8 * abs(expected))
        #expect(abs(found[0].conflict - (expected - 300) / 30) < 1e-6)
    }

    @Test("a lift of some of all people is their portion of two outcomes")
    func portion() throws {
        let world = SimpleWorld()
        let days = world.panel.periods
        let added = 0.1 * (30...33).reduce(0) { $0 + SimpleWorld.spend[$1] }
        let test = LiftTest(
            channel: "tv",
            portion: 0.25,
            first: days[30],
            last: days[33],
            change: .spend(-added),
            lift: -30,
            standardError: 3
        )
        let fit = try MixFit.placed(try world.model(lifts: [test]), [[truth]])
        let found = try ModelledLift.all(fit.model, fit.sample(most: 1), level: 0.9)
        // A tenth of all spend was a quarter's own: others had a tenth less, and it three more.
        let expected = (30...33).reduce(0) { sum, period in
            let spend = SimpleWorld.spend[period]
            return sum + 0.25
                * (SimpleWorld.response(1.3 * spend) - SimpleWorld.response(0.9 * spend))
        }
        #expect(expected > 0)
        #expect(abs(found[0].modelled.mean - expected) < 1e-8 * expected)
        #expect(found[0].measured == 30)
    }
}
