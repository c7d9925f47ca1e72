import MediaMix
import Numerics
import Panels
import Testing

@Suite("What priors on effects are of")
struct EffectTests {
    private func model(
        _ effect: ChannelConfiguration.Effect,
        _ panel: Panel
    ) throws -> MediaMixModel {
        var configuration = MixConfiguration()
        configuration.channel.effect = effect
        configuration.mediaScale = panel.geos.count > 1 ? .perCapitaMedian : .maximum
        configuration.hasGeoEffects = panel.geos.count > 1
        return try MediaMixModel(panel, configuration)
    }

    private func value(_ panel: Panel, _ numbers: [Double]) -> Double {
        zip(numbers, panel.valuePerOutcome ?? numbers.map { _ in 1 }).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Random positions, each with the parameters and what media contribute there.
    private func forEachPoint(
        _ model: MediaMixModel,
        _ body: ([Double], [String: Double], [[Double]]) throws -> Void
    ) rethrows {
        var density = MixDensity(model)
        var random = RandomStream(seed: 21)
        for _ in 0..<5 {
            let point = (0..<density.dimension).map { _ in 0.6 * random.normal() }
            let parameters = Dictionary(
                zip(model.parameterNames, density.parameters(at: point.span)),
                uniquingKeysWith: { first, _ in first }
            )
            try body(point, parameters, density.contributions(at: point.span))
        }
    }

    @Test("return is what was earned over what was spent", arguments: [1, 3])
    func roi(_ geos: Int) throws {
        let panel = try InventedPanels.panel(geos: geos, hasValue: true)
        try forEachPoint(try model(.roi, panel)) { _, parameters, contributions in
            for (index, channel) in panel.channels.enumerated() {
                let roi = value(panel, contributions[index]) / channel.spend.reduce(0, +)
                let own = try #require(parameters["roi_m[\(channel.name)]"])
                #expect(abs(roi - own) < 1e-12 * own)
            }
        }
    }

    @Test("contribution is the share of the outcome's value", arguments: [1, 3])
    func contribution(_ geos: Int) throws {
        let panel = try InventedPanels.panel(geos: geos, hasValue: true)
        try forEachPoint(try model(.contribution, panel)) { _, parameters, contributions in
            for (index, channel) in panel.channels.enumerated() {
                let all = value(panel, panel.outcome.values)
                let own = try #require(parameters["contribution_m[\(channel.name)]"])
                #expect(abs(value(panel, contributions[index]) / all - own) < 1e-12)
            }
        }
    }

    @Test("marginal return is what a hundredth more of a channel would earn", arguments: [1, 3])
    func marginal(_ geos: Int) throws {
        let panel = try InventedPanels.panel(geos: geos, hasValue: true)
        let model = try model(.marginalROI, panel)
        var more = panel
        for index in more.channels.indices {
            more.channels[index].spend = more.channels[index].spend.map { 1.01 * $0 }
            if case .units(let units) = more.channels[index].exposure {
                more.channels[index].exposure = .units(units.map { 1.01 * $0 })
            }
        }
        // The same constants, and the same coefficients.
        var configuration = model.configuration
        configuration.channel.effect = .coefficient
        configuration.organic.effect = .coefficient
        let raised = try MediaMixModel(more, configuration, scaling: model.scaling)
        var density = MixDensity(raised, .plain)
        try forEachPoint(model) { _, parameters, contributions in
            let position = raised.parameterNames.prefix(density.dimension).map { name in
                let value = parameters[name] ?? .nan
                let isShare = name.hasPrefix("adstock_alpha")
                let isAny = ["intercept", "tau_g", "gamma_", "beta_gm_dev"]
                    .contains { name.hasPrefix($0) }
                return isAny
                    ? value
                    : Elementary.log(value) - (isShare ? Elementary.log(1 - value) : 0)
            }
            let after = density.contributions(at: position.span)
            for (index, channel) in panel.channels.enumerated() {
                let earned = value(panel, after[index]) - value(panel, contributions[index])
                let own = try #require(parameters["mroi_m[\(channel.name)]"])
                #expect(abs(earned / (0.01 * channel.spend.reduce(0, +)) - own) < 1e-9 * own)
            }
        }
    }

    @Test("Scaling constants of an earlier version are kept")
    func scaling() throws {
        let panel = try InventedPanels.panel()
        let first = try MediaMixModel(panel)
        var later = panel
        later.outcome.values = later.outcome.values.map { 2 * $0 }
        #expect(try MediaMixModel(later).scaling != first.scaling)
        #expect(try MediaMixModel(later, scaling: first.scaling).scaling == first.scaling)
        later.channels.removeLast()
        #expect(throws: MixModelError.otherScaling) {
            _ = try MediaMixModel(later, scaling: first.scaling)
        }
    }
}
