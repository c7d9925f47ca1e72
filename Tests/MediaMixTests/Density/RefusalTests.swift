import MediaMix
import Numerics
import Panels
import Testing

@Suite("Models that make no sense are refused in words")
struct RefusalTests {
    private func expectRefusal(
        _ error: MixModelError,
        geos: Int = 1,
        lifts: [LiftTest] = [],
        panel change: ((inout Panel) -> Void)? = nil,
        configuration configure: ((inout MixConfiguration) -> Void)? = nil
    ) throws {
        var panel = try InventedPanels.panel(geos: geos)
        var configuration = MixConfiguration()
        change?(&panel)
        configure?(&configuration)
        #expect(throws: error) { _ = try MediaMixModel(panel, configuration, lifts: lifts) }
        #expect(error.description.count > 20)
    }

    @Test("media")
    func media() throws {
        try expectRefusal(
            .noMedia,
            panel: {
                $0.channels = []
                $0.organic = []
            }
        )
        try expectRefusal(
            .emptyMedium("posts"),
            panel: { $0.organic[0].values = .init(repeating: 0, count: 40) }
        )
        try expectRefusal(.unknownChannel("TV", known: ["search", "video", "posts"]), panel: nil) {
            $0.channels["TV"] = ChannelConfiguration()
        }
        try expectRefusal(.noSpend("posts", parameter: "roi_m"), panel: nil) {
            $0.organic.effect = .roi
        }
        try expectRefusal(
            .noSpend("search", parameter: "mroi_m"),
            panel: { panel in
                panel.channels[0].exposure = .units(panel.channels[0].spend)
                panel.channels[0].spend = panel.channels[0].spend.map { _ in 0 }
            }
        ) { $0.channel.effect = .marginalROI }
        try expectRefusal(
            .reach("search"),
            panel: { panel in
                let spend = panel.channels[0].spend
                panel.channels[0].exposure = .reach(spend, frequency: spend)
            }
        ) { $0.reach.saturation = .michaelisMenten }
    }

    @Test("priors")
    func priors() throws {
        try expectRefusal(.unknownParameter("adstock_theta"), panel: nil) {
            $0.priors["adstock_theta"] = .halfNormal(scale: 1)
        }
        try expectRefusal(.unknownParameter("roi_m[TV]"), panel: nil) {
            $0.priors["roi_m[TV]"] = .halfNormal(scale: 1)
        }
        let improper: [Prior] = [
            .halfNormal(scale: 0), .gamma(shape: -1, rate: 1), .fixed(.nan),
            .uniform(lower: 2, upper: 1), .logNormal(mean: .infinity, scale: 1),
        ]
        for prior in improper {
            try expectRefusal(.improperPrior("y_sigma"), panel: nil) {
                $0.priors["y_sigma"] = prior
            }
        }
        try expectRefusal(.priorOutside("adstock_alpha[video]", lowest: 0, highest: 1), panel: nil)
        {
            $0.priors["adstock_alpha[video]"] = .halfNormal(scale: 1)
        }
        try expectRefusal(.priorOutside("y_sigma", lowest: 0, highest: .infinity), panel: nil) {
            $0.priors["y_sigma"] = .normal(mean: 1, scale: 1)
        }
    }

    @Test("knots, seasons, controls and outcomes")
    func structure() throws {
        try expectRefusal(.knots(1, periods: 40), panel: nil) { $0.baseline = .knots(1) }
        try expectRefusal(.knots(41, periods: 40), panel: nil) { $0.baseline = .knots(41) }
        try expectRefusal(.season(order: 0, largest: 26), panel: nil) {
            $0.seasons = [Season(order: 0, cycle: .year)]
        }
        try expectRefusal(.season(order: 27, largest: 26), panel: nil) {
            $0.seasons = [Season(order: 27, cycle: .year)]
        }
        try expectRefusal(.season(order: 1, largest: 0), panel: nil) {
            $0.seasons = [Season(order: 1, cycle: .days(7))]
        }
        try expectRefusal(
            .flatControl("weather"),
            panel: { $0.controls[0].values = .init(repeating: 3, count: 40) }
        )
        try expectRefusal(
            .flatOutcome("sales"),
            panel: { $0.outcome.values = .init(repeating: 0, count: 40) }
        )
        try expectRefusal(
            .flatOutcome("sales"),
            panel: { $0.outcome.values = .init(repeating: 7, count: 40) }
        )
    }

    @Test("geos")
    func geos() throws {
        try expectRefusal(.oneGeo, panel: nil) { $0.hasGeoEffects = true }
        try expectRefusal(.unscaledGeoControls, geos: 2, panel: nil) {
            $0.hasGeoEffects = true
            $0.controlScale = .none
        }
        try expectRefusal(.signedGeoEffect("search"), geos: 2, panel: nil) {
            $0.hasGeoEffects = true
            $0.channel.effect = .coefficient
            $0.priors["saturation_beta"] = .normal(mean: 0, scale: 1)
        }
    }

    @Test("lift tests")
    func lifts() throws {
        let first = PanelDay(number: 18_000 + 70)
        let good = LiftTest(
            channel: "search",
            first: first,
            last: PanelDay(number: first.number + 21),
            change: .share(-1),
            lift: -5,
            standardError: 2
        )
        func expect(_ rule: String, _ change: (inout LiftTest) -> Void) throws {
            var test = good
            change(&test)
            try expectRefusal(.lift(test.channel, rule: rule), lifts: [test])
        }
        #expect(throws: Never.self) {
            _ = try MediaMixModel(try InventedPanels.panel(), lifts: [good])
        }
        try expect("names a medium that the panel does not have") { $0.channel = "TV" }
        try expect("names a geo that the panel does not have") { $0.geos = ["Mars"] }
        try expect("names a geo twice") { $0.geos = ["geo0", "geo0"] }
        try expect("lies outside the panel's days") { $0.last = PanelDay(number: 1) }
        let cut = "began before the panel's days, or was measured beyond them"
        try expect(cut) { $0.first = PanelDay(number: 17_999) }
        try expect(cut) { $0.measuredUntil = PanelDay(number: 18_000 + 7 * 40) }
        try expect("was measured for a shorter time than the medium was changed") {
            $0.measuredUntil = first
        }
        let numbers = "needs a finite lift and a standard error above 0"
        try expect(numbers) { $0.standardError = 0 }
        try expect(numbers) { $0.lift = .nan }
        try expect("needs degrees above 0") { $0.degrees = 0 }
        try expect("needs a share from −1 that is not 0") { $0.change = .share(-1.5) }
        try expect("changes spend by 0, or of what costs nothing") { $0.change = .spend(0) }
        try expect("changes spend by 0, or of what costs nothing") {
            $0.channel = "posts"
            $0.change = .spend(10)
        }
        try expect("takes away more spend than there was") { $0.change = .spend(-1e9) }
        let people = "needs a portion above 0, and of all people where there are several geos"
        for portion in [0, -0.5, 1.5, .nan] { try expect(people) { $0.portion = portion } }
        try expect("changes spend by 0, or of what costs nothing") {
            ($0.portion, $0.change) = (0.5, .spend(0))
        }
        var several = good
        several.portion = 0.5
        try expectRefusal(.lift("search", rule: people), geos: 3, lifts: [several])
        var idle = good
        (idle.portion, idle.change) = (0.5, .spend(5))
        try expectRefusal(
            .lift("search", rule: "is of days on which nothing was spent anywhere"),
            lifts: [idle],
            panel: { panel in
                for period in 10..<14 { panel.channels[0].spend[period] = 0 }
            }
        )
    }
}
