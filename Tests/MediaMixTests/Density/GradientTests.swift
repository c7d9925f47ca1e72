import MediaMix
import Numerics
import Panels
import Testing

@Suite("Gradients of mix models are differences")
struct GradientTests {
    typealias Effect = ChannelConfiguration.Effect

    static let kinds: [(Adstock.Kind, Saturation)] =
        Adstock.Kind.allCases.flatMap { kind in Saturation.allCases.map { (kind, $0) } }

    private func expectDifferences(
        _ label: String,
        geos: Int = 1,
        hasValue: Bool = false,
        lifts: [LiftTest] = [],
        _ change: (inout MixConfiguration) -> Void
    ) throws {
        var configuration = MixConfiguration()
        change(&configuration)
        let panel = try InventedPanels.panel(geos: geos, hasValue: hasValue)
        let model = try MediaMixModel(panel, configuration, lifts: lifts)
        for coordinates in [MixDensity.Coordinates.plain, .sampled] {
            try MixDensity(model, coordinates).expectDifferences("\(label), \(coordinates)")
        }
    }

    @Test("of each adstock and saturation, in both orders", arguments: kinds)
    func transforms(_ kind: Adstock.Kind, _ saturation: Saturation) throws {
        for order in [ChannelConfiguration.Order.adstockFirst, .saturationFirst] {
            for isNormalised in [true, false] {
                try expectDifferences("\(kind) \(saturation) \(order)") { configuration in
                    configuration.channel.adstock = Adstock(
                        kind: kind,
                        lags: 5,
                        isNormalised: isNormalised
                    )
                    configuration.channel.saturation = saturation
                    configuration.channel.order = order
                    configuration.channel.effect = .coefficient
                }
            }
        }
    }

    @Test("of each kind of prior", arguments: Effect.allCases, [false, true])
    func effects(_ effect: Effect, _ hasValue: Bool) throws {
        try expectDifferences("\(effect)", hasValue: hasValue) { $0.channel.effect = effect }
        try expectDifferences("\(effect), saturation first", hasValue: hasValue) {
            $0.channel.effect = effect
            $0.channel.order = .saturationFirst
            $0.channel.saturation = .hill
        }
    }

    @Test("of knots, a trend, seasons and t noise")
    func time() throws {
        try expectDifferences("knots") {
            $0.baseline = .knots(5)
            $0.hasTrend = true
            $0.seasons = [Season(order: 3, cycle: .year), Season(order: 1, cycle: .days(28))]
            $0.noise = .studentT
        }
    }

    @Test("of each prior's distribution")
    func priors() throws {
        let priors: [Prior] = [
            .normal(mean: 1, scale: 2), .halfNormal(scale: 2), .logNormal(mean: 0, scale: 1),
            .gamma(shape: 2, rate: 1), .beta(2, 3), .uniform(lower: 0, upper: 4),
            .laplace(mean: 0.3, scale: 1), .studentT(degrees: 3, mean: 0, scale: 1),
            .exponential(rate: 2), .fixed(0.5),
            .truncatedNormal(mean: 1, scale: 1, lower: 0.2, upper: 3),
        ]
        for prior in priors {
            try expectDifferences("\(prior)") {
                $0.channel.effect = .coefficient
                $0.priors = [
                    "saturation_beta": prior, "gamma_control": prior,
                    "intercept_contribution": prior,
                ]
            }
        }
    }

    @Test("of effects that differ between geos", arguments: Effect.allCases)
    func geos(_ effect: Effect) throws {
        for scale in [MixConfiguration.OutcomeScale.maximum, .perCapitaStandardised] {
            try expectDifferences("\(effect) \(scale)", geos: 3, hasValue: true) {
                $0.channel.effect = effect
                $0.hasGeoEffects = true
                $0.hasNoisePerGeo = true
                $0.outcomeScale = scale
                $0.mediaScale = scale == .maximum ? .maximum : .perCapitaMedian
            }
        }
        try expectDifferences("\(effect), common effects, t noise", geos: 3) {
            $0.channel.effect = effect
            $0.noise = .studentT
            $0.hasNoisePerGeo = true
            $0.controlScale = .none
        }
    }

    @Test("of lift tests", arguments: Effect.allCases)
    func lifts(_ effect: Effect) throws {
        let first = PanelDay(number: 18_000 + 7 * 6)
        let last = PanelDay(number: first.number + 7 * 3)
        let until = PanelDay(number: last.number + 7 * 4)
        let lifts = [
            LiftTest(
                channel: "search",
                first: first,
                last: last,
                change: .share(-1),
                lift: -900,
                standardError: 200
            ),
            LiftTest(
                channel: "video",
                geos: ["geo2", "geo0"],
                first: first,
                last: last,
                measuredUntil: until,
                change: .spend(500),
                lift: 700,
                standardError: 300,
                degrees: 4
            ),
        ]
        for order in [ChannelConfiguration.Order.adstockFirst, .saturationFirst] {
            try expectDifferences("\(effect)", geos: 3, lifts: lifts) {
                $0.channel.effect = effect
                $0.channel.order = order
                $0.hasGeoEffects = true
                $0.mediaScale = .perCapitaMedian
            }
        }
    }

    @Test("of lift tests of a portion of people", arguments: Effect.allCases)
    func portions(_ effect: Effect) throws {
        let first = PanelDay(number: 18_000 + 7 * 6)
        let last = PanelDay(number: first.number + 7 * 3)
        let until = PanelDay(number: last.number + 7 * 4)
        let spend = try InventedPanels.panel().channels[0].spend
        let spent = (6...9).reduce(0) { $0 + spend[$1] }
        // Of the last nothing is left.
        let changes: [(LiftTest.Change, Double)] = [
            (.share(-1), 0.25), (.spend(-0.3 * spent), 0.25), (.spend(0.2 * spent), 0.3),
            (.spend(0.4 * spent), 0.25),
        ]
        let lifts = changes.map { change, portion in
            LiftTest(
                channel: "search",
                portion: portion,
                first: first,
                last: last,
                measuredUntil: until,
                change: change,
                lift: 0.4,
                standardError: 0.3
            )
        }
        for order in [ChannelConfiguration.Order.adstockFirst, .saturationFirst] {
            try expectDifferences("\(effect)", lifts: lifts) {
                $0.channel.effect = effect
                $0.channel.order = order
                $0.mediaScale = .perCapitaMedian
            }
        }
    }
}
