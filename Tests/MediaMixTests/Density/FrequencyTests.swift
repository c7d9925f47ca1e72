import Foundation
import MediaMix
import Numerics
import Panels
import Testing

@Suite("Reach and frequency")
struct FrequencyTests {
    /// One country's channel of which reach and frequency are known, on air now and then.
    private func panel(weeks: Int = 130, geos: Int = 1) -> Panel {
        var random = RandomStream(seed: 31)
        let places = (0..<geos).map { PanelGeo(name: "geo\($0)", population: 1000) }
        var (spend, reach, frequency) = ([Double](), [Double](), [Double]())
        for cell in 0..<weeks * geos {
            let isOn = cell % 9 < 6
            reach.append(isOn ? 200 + 400 * random.uniform() : 0)
            frequency.append(isOn ? 1 + 5 * random.uniform() : 0)
            spend.append(0.1 * reach[cell] * frequency[cell])
        }
        let control = spend.map { _ in random.normal() }
        return Panel(
            periods: (0..<weeks).map { PanelDay(number: 18_000 + 7 * $0) },
            daysPerPeriod: 7,
            geos: places,
            outcome: PanelColumn(name: "sales", values: spend.map { _ in 900 + random.normal() }),
            channels: [
                PanelChannel(
                    name: "video",
                    spend: spend,
                    exposure: .reach(reach, frequency: frequency)
                )
            ],
            controls: [PanelColumn(name: "weather", values: control)]
        )
    }

    /// What the channel adds, as the formula stands: Σ weight × reach × Hill(frequency).
    private func sales(_ panel: Panel, _ values: [String: Double]) -> [Double] {
        guard case .reach(let reach, let frequency) = panel.channels[0].exposure else { return [] }
        func value(_ name: String) -> Double { values["\(name)[video]"] ?? .nan }
        let (alpha, slope, half) = (
            value("adstock_alpha"), value("frequency_slope"), value("frequency_kappa")
        )
        let weights = (0..<8).map { pow(alpha, Double($0)) }
        let most = reach.max() ?? 1
        return reach.indices.map { week in
            (0...min(7, week)).reduce(0) { sum, lag in
                let seen = frequency[week - lag]
                let hill = seen == 0 ? 0 : 1 / (1 + pow(half / seen, slope))
                return sum + weights[lag] / weights.reduce(0, +) * reach[week - lag] / most * hill
            } * value("saturation_beta")
        }
    }

    @Test("what it adds is reach times Hill of frequency, carried over")
    func formula() throws {
        let panel = panel()
        let model = try MediaMixModel(panel)
        var density = MixDensity(model)
        var random = RandomStream(seed: 1)
        for _ in 0..<4 {
            let point = (0..<density.dimension).map { _ in 0.5 * random.normal() }
            let values = Dictionary(
                zip(model.parameterNames, density.parameters(at: point.span)),
                uniquingKeysWith: { first, _ in first }
            )
            let own = density.contributions(at: point.span)[0]
            let largest = panel.outcome.values.max() ?? 1
            let plain = sales(panel, values).map { $0 * largest }
            for (one, other) in zip(own, plain) { #expect(abs(one - other) < 1e-9 * largest) }
            let roi = try #require(values["roi_m[video]"])
            let cost = panel.channels[0].spend.reduce(0, +)
            #expect(abs(own.reduce(0, +) / cost - roi) < 1e-9 * roi)
        }
    }

    @Test("gradients are differences", arguments: ChannelConfiguration.Effect.allCases)
    func differences(_ effect: ChannelConfiguration.Effect) throws {
        let first = PanelDay(number: 18_000 + 7 * 8)
        let test = LiftTest(
            channel: "video",
            first: first,
            last: PanelDay(number: first.number + 7 * 3),
            change: .spend(500),
            lift: 70,
            standardError: 20
        )
        for geos in [1, 3] {
            var configuration = MixConfiguration()
            configuration.reach.effect = effect
            configuration.hasGeoEffects = geos > 1
            configuration.mediaScale = geos > 1 ? .perCapitaMedian : .maximum
            configuration.mediaVariation = .shared(4)
            let panel = panel(weeks: 40, geos: geos)
            let model = try MediaMixModel(panel, configuration, lifts: [test])
            for coordinates in [MixDensity.Coordinates.plain, .sampled] {
                try MixDensity(model, coordinates)
                    .expectDifferences("\(effect), \(geos) geos, \(coordinates)", points: 2)
            }
        }
    }

    @Test("a planted return and half are found")
    func recovery() async throws {
        let truth = [
            "adstock_alpha[video]": 0.4, "frequency_slope[video]": 2, "frequency_kappa[video]": 2.5,
            "saturation_beta[video]": 300,
        ]
        var panel = panel()
        let sold = sales(panel, truth)
        panel.outcome.values = zip(panel.outcome.values, sold).map { $0 + 3 * ($0 - 900) + $1 }
        let roi = sold.reduce(0, +) / panel.channels[0].spend.reduce(0, +)
        var configuration = MixConfiguration()
        configuration.seasons = []
        let draws = try await NamedDraws.quick(MediaMixModel(panel, configuration), seed: 3)
        try draws.expectInterval("roi_m[video]", contains: roi, narrowerThan: 0.2 * roi)
        try draws.expectInterval("frequency_kappa[video]", contains: 2.5, narrowerThan: 1)
        try draws.expectInterval("adstock_alpha[video]", contains: 0.4, narrowerThan: 0.2)
    }

    @Test("it must be Hill's, before the adstock, of somebody who saw it")
    func refusals() throws {
        var configuration = MixConfiguration()
        configuration.reach.saturation = .logistic
        #expect(throws: MixModelError.reach("video")) {
            _ = try MediaMixModel(panel(), configuration)
        }
        var unseen = panel()
        if case .reach(let reach, let frequency) = unseen.channels[0].exposure {
            let none = frequency.map { _ in 0.0 }
            unseen.channels[0].exposure = .reach(reach, frequency: none)
        }
        #expect(throws: MixModelError.emptyMedium("video")) { _ = try MediaMixModel(unseen) }
    }
}
