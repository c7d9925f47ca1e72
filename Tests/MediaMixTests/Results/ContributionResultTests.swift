import MediaMix
import Numerics
import Panels
import Testing

@Suite("Contributions")
struct ContributionResultTests {
    /// Fits of one random draw each, of a model with all that models have.
    private func fits(
        geos: Int,
        isRich: Bool = false,
        _ change: (inout MixConfiguration) -> Void = { _ in }
    ) throws
        -> [MixFit]
    {
        var panel = try InventedPanels.panel(geos: geos, hasValue: true)
        var configuration = MixConfiguration()
        if isRich {
            let seen = panel.channels[0].spend
            panel.channels[0].exposure = .reach(seen, frequency: seen.map { 1 + 0.1 * $0 })
            configuration.mediaVariation = .each(3)
            configuration.holidays = [
                PanelHoliday(day: panel.periods[5], name: "one"),
                PanelHoliday(day: panel.periods[9], name: "other"),
            ]
        }
        configuration.hasTrend = true
        configuration.baseline = .knots(4)
        configuration.hasGeoEffects = geos > 1
        configuration.mediaScale = geos > 1 ? .perCapitaMedian : .maximum
        configuration.outcomeScale = geos > 1 ? .perCapitaStandardised : .maximum
        change(&configuration)
        let model = try MediaMixModel(panel, configuration)
        let dimension = MixDensity(model).dimension
        var random = RandomStream(seed: 31)
        return try (0..<4).map { _ in
            let point = (0..<dimension).map { _ in 0.5 * random.normal() }
            let draws = try #require(MixDraws(chains: [point], dimension: dimension))
            return try #require(MixFit(model, draws))
        }
    }

    private func expectSame(_ one: Double, _ other: Double, within room: Double = 1e-9) {
        #expect(abs(one - other) <= room * max(1, abs(other)), "\(one) is not \(other)")
    }

    @Test(
        "all parts together are what the density expects, by period and by geo",
        arguments: [1, 3],
        [false, true]
    )
    func conservation(_ geos: Int, isRich: Bool) throws {
        for fit in try fits(geos: geos, isRich: isRich) {
            let found = try MixContributions(fit.model, fit.sample(most: 1), level: 0.9)
            var density = MixDensity(fit.model)
            let expected = density.expectedOutcome(at: fit.draws.point(0, chain: 0).span)
            let periods = fit.model.panel.periods.count
            expectSame(found.total.reduce(0) { $0 + $1.mean }, expected.reduce(0, +))
            expectSame(found.expected.mean, expected.reduce(0, +))
            for period in 0..<periods {
                let own = (0..<geos).reduce(0) { $0 + expected[$1 * periods + period] }
                expectSame(found.byPeriod.reduce(0) { $0 + $1[period].mean }, own)
                expectSame(found.expectedByPeriod[period].mean, own)
            }
            for geo in 0..<geos {
                let own = expected[geo * periods..<(geo + 1) * periods].reduce(0, +)
                expectSame(found.byGeo.reduce(0) { $0 + $1[geo].mean }, own)
            }
        }
    }

    @Test("media are what the density says", arguments: [1, 3], [false, true])
    func media(_ geos: Int, isRich: Bool) throws {
        for fit in try fits(geos: geos, isRich: isRich) {
            let found = try MixContributions(fit.model, fit.sample(most: 1), level: 0.9)
            var density = MixDensity(fit.model)
            let media = density.contributions(at: fit.draws.point(0, chain: 0).span)
            let rows = found.parts.indices.filter {
                found.parts[$0].kind == .channel || found.parts[$0].kind == .organic
            }
            #expect(rows.map { found.parts[$0].name } == ["search", "video", "posts"])
            for (row, cells) in zip(rows, media) {
                expectSame(found.total[row].mean, cells.reduce(0, +))
            }
        }
    }

    @Test("One geo's periods are its own, and geos add up to all")
    func oneGeo() throws {
        for fit in try fits(geos: 3) {
            let sample = fit.sample(most: 1)
            let all = try MixContributions(fit.model, sample, level: 0.9)
            let geos = try (0..<3).map {
                try MixContributions(fit.model, sample, level: 0.9, onlyGeo: $0)
            }
            for part in all.parts.indices {
                for period in fit.model.panel.periods.indices {
                    expectSame(
                        geos.reduce(0) { $0 + $1.byPeriod[part][period].mean },
                        all.byPeriod[part][period].mean
                    )
                }
                for geo in 0..<3 {
                    expectSame(geos[geo].total[part].mean, all.byGeo[part][geo].mean)
                }
            }
        }
    }

    @Test(
        "returns, marginal returns and contributions are the parameters of those names",
        arguments: [1, 3],
        [ChannelConfiguration.Effect.roi, .marginalROI, .contribution]
    )
    func returns(_ geos: Int, _ effect: ChannelConfiguration.Effect) throws {
        for fit in try fits(geos: geos, { $0.channel.effect = effect }) {
            let sample = fit.sample(most: 1)
            let found = try ChannelReturns(fit.model, sample, level: 0.9)
            let panel = fit.model.panel
            let value = zip(panel.outcome.values, panel.valuePerOutcome ?? [])
                .reduce(0) { $0 + $1.0 * $1.1 }
            for channel in found.all where channel.spend != nil {
                let name = "\(effect.rawValue)[\(channel.name)]"
                let place = try #require(sample.names.firstIndex(of: name))
                let parameter = sample.draws[0][place]
                switch effect {
                case .roi: expectSame(try #require(channel.roi).mean, parameter)
                case .marginalROI:
                    expectSame(try #require(channel.marginalROI).mean, parameter, within: 1e-8)
                default: expectSame(channel.value.mean / value, parameter)
                }
            }
            #expect(found.byGeo.count == (geos == 1 ? 0 : geos))
            for (index, channel) in found.all.enumerated() where geos > 1 {
                let parts = found.byGeo.map { $0[index] }
                expectSame(parts.reduce(0) { $0 + $1.value.mean }, channel.value.mean)
                expectSame(parts.reduce(0) { $0 + ($1.spend ?? 0) }, channel.spend ?? 0)
            }
        }
    }

    @Test("shares add up to 1, and costs are the inverse of what was added for them")
    func shares() throws {
        for fit in try fits(geos: 1) {
            let found = try ChannelReturns(fit.model, fit.sample(most: 1), level: 0.9).all
            expectSame(found.compactMap(\.shareOfSpend).reduce(0, +), 1)
            expectSame(found.compactMap(\.shareOfEffect?.mean).reduce(0, +), 1)
            for channel in found {
                guard let spend = channel.spend else {
                    #expect(channel.roi == nil && channel.costPerOutcome == nil)
                    continue
                }
                let cost = try #require(channel.costPerOutcome)
                expectSame(cost.mean, spend / channel.contribution.mean)
            }
            let video = try #require(found.first { $0.name == "video" })
            let units = fit.model.panel.channels[1].units.reduce(0, +)
            let effectiveness = try #require(video.effectiveness)
            expectSame(effectiveness.mean, video.contribution.mean / units)
        }
    }
}
