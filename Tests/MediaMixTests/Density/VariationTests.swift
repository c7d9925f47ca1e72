import Foundation
import MediaMix
import Numerics
import Panels
import Testing

@Suite("Effects that come and go")
struct VariationTests {
    @Test("gradients are differences", arguments: [1, 3])
    func differences(_ geos: Int) throws {
        let panel = try InventedPanels.panel(geos: geos, hasValue: true)
        for variation in [MixConfiguration.MediaVariation.each(3), .shared(5)] {
            for effect in [ChannelConfiguration.Effect.coefficient, .roi, .marginalROI] {
                var configuration = MixConfiguration()
                configuration.mediaVariation = variation
                configuration.channel.effect = effect
                configuration.hasGeoEffects = geos > 1
                let model = try MediaMixModel(panel, configuration)
                for coordinates in [MixDensity.Coordinates.plain, .sampled] {
                    try MixDensity(model, coordinates)
                        .expectDifferences("\(variation) \(effect) \(coordinates)", points: 1)
                }
            }
        }
    }

    @Test("multipliers follow lines between knots, and their mean is 1")
    func multipliers() throws {
        let panel = try InventedPanels.panel()
        var configuration = MixConfiguration()
        configuration.channel.effect = .coefficient
        configuration.organic.effect = .coefficient
        let steady = try MediaMixModel(panel, configuration)
        configuration.mediaVariation = .shared(4)
        let model = try MediaMixModel(panel, configuration)
        var (one, other) = (MixDensity(model, .plain), MixDensity(steady, .plain))
        let start = Array(repeating: 0.2, count: one.dimension)
        var point = start
        let names = model.parameterNames
        let knots = [0.5, -1, 2, 0.3]
        for (knot, value) in knots.enumerated() {
            point[try #require(names.firstIndex(of: "variation_knots[\(knot)]"))] = value
        }
        point[try #require(names.firstIndex(of: "variation_scale"))] = log(0.7)
        let heights = (0..<40).map { period in
            // The knots lie at 0, 13, 26 and 39.
            let (knot, rest) = (min(period / 13, 2), Double(period - 13 * min(period / 13, 2)) / 13)
            return exp(0.7 * (knots[knot] * (1 - rest) + knots[knot + 1] * rest))
        }
        let mean = heights.reduce(0, +) / 40
        let changed = one.contributions(at: point.span)
        let constant = other.contributions(at: Array(start.prefix(other.dimension)).span)
        for (changed, constant) in zip(changed, constant) {
            for period in 0..<40 {
                let wanted = constant[period] * heights[period] / mean
                #expect(abs(changed[period] - wanted) < 1e-12 * max(1, wanted))
            }
        }
    }

    /// A channel whose effect falls from one and a half to a half of its mean, or does not.
    private func draws(isFalling: Bool) async throws -> NamedDraws {
        var random = RandomStream(seed: 41)
        var panel = try InventedPanels.panel(periods: 140, seed: 8)
        panel.channels.removeLast()
        (panel.organic, panel.treatments) = ([], [])
        let spend = panel.channels[0].spend
        panel.outcome.values = spend.indices.map { week in
            let multiplier = isFalling ? 1.5 - Double(week) / 139 : 1
            return 30 + 10 * multiplier * tanh(spend[week]) + 0.3 * random.normal()
        }
        var configuration = MixConfiguration()
        configuration.channel.adstock = Adstock(kind: .none, lags: 1)
        configuration.seasons = []
        configuration.mediaVariation = .each(4)
        return try await NamedDraws.quick(MediaMixModel(panel, configuration), seed: 4)
    }

    @Test("an effect that falls is seen to fall, and one that does not is held to its mean")
    func recovery() async throws {
        let (falling, steady) = (
            try await draws(isFalling: true), try await draws(isFalling: false)
        )
        // By how much the logarithm of the last is below that of the first: ln 3.
        let fall = try falling.mean { scale, knots in scale * (knots[0] - knots[3]) }
        #expect(abs(fall - log(3)) < 0.15, "\(fall)")
        let none = try steady.mean { scale, knots in scale * (knots[0] - knots[3]) }
        #expect(abs(none) < 0.05, "\(none)")
    }

    @Test("as many knots as there are periods, and two at least")
    func refusals() throws {
        var configuration = MixConfiguration()
        for count in [1, 41] {
            configuration.mediaVariation = .each(count)
            #expect(throws: MixModelError.knots(count, periods: 40)) {
                _ = try MediaMixModel(try InventedPanels.panel(), configuration)
            }
        }
    }
}

extension NamedDraws {
    /// The mean of a number that depends on a medium's variation.
    fileprivate func mean(_ number: (Double, [Double]) -> Double) throws -> Double {
        let scales = try draws("variation_scale[search]").flatMap { $0 }
        let knots = try (0..<4).map { try draws("variation_knots[search, \($0)]").flatMap { $0 } }
        let all = scales.indices.map { draw in number(scales[draw], knots.map { $0[draw] }) }
        return Self.moments([all]).mean
    }
}
