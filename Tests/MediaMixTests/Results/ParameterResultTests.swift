import MediaMix
import Numerics
import Panels
import Testing

@Suite("Parameters in results")
struct ParameterResultTests {
    @Test("draws are taken evenly from all chains")
    func sample() throws {
        let world = SimpleWorld()
        let chains = SimpleWorld.chains(25)
        let fit = try MixFit.placed(try world.model(), chains)
        let all = fit.sample(most: 1000)
        #expect(all.draws.count == 100 && all.available == 100)
        let some = fit.sample(most: 20)
        #expect(some.draws.count == 20 && some.available == 100)
        #expect(some.draws == (0..<20).map { all.draws[5 * $0 + 2] })
        for (own, wanted) in zip(all.draws, chains.flatMap { $0 }) {
            for (name, value) in zip(all.names, own) where wanted[name] != nil {
                #expect(abs(value - (wanted[name] ?? 0)) < 1e-12)
            }
        }
    }

    @Test("there are fewer of a model whose results would take too much room")
    func affordable() throws {
        let model = try SimpleWorld().model()
        #expect(model.affordableDraws(most: 1000) == 1000)
        // Three numbers for each of 80 cells.
        #expect(model.affordableDraws(most: 1_000_000) == 16_000_000 / 240)
        var whole = model.panel
        whole.periods = (0..<200_000).map { whole.periods[0].advanced(by: $0) }
        #expect(model.affordableDraws(most: 1000, on: whole) == 50)
    }

    @Test("summaries are those of the draws, and fixed parameters have no diagnostics")
    func summaries() throws {
        let world = SimpleWorld()
        let chains = SimpleWorld.chains(60)
        let fit = try MixFit.placed(try world.model(), chains)
        let found = fit.parameterSummaries()
        #expect(found.map(\.name) == fit.model.parameterNames)
        let name = "saturation_beta[tv]"
        let own = try #require(found.first { $0.name == name })
        let draws = chains.map { $0.compactMap { $0[name] } }
        let sorted = draws.flatMap { $0 }.sorted()
        #expect(abs(try #require(own.rHat) - Diagnostics.rHat(draws)) < 1e-9)
        #expect(abs(try #require(own.bulkESS) - Diagnostics.bulkESS(draws)) < 1e-6)
        #expect(abs(try #require(own.tailESS) - Diagnostics.tailESS(draws)) < 1e-6)
        #expect(abs(try #require(own.meanError) - Diagnostics.meanError(draws)) < 1e-12)
        for (value, p) in zip(own.quantiles, ParameterSummary.probabilities) {
            #expect(abs(value - Diagnostics.quantile(sorted, p)) < 1e-12)
        }
        let fixed = try #require(found.first { $0.name == "saturation_lam[tv]" })
        #expect(fixed.rHat == nil && fixed.bulkESS == nil && fixed.deviation == 0)
        #expect(fixed.mean == 0.6)
    }

    @Test("a posterior of the prior's own draws has learnt nothing")
    func prior() throws {
        let world = SimpleWorld()
        let model = try world.model()
        let prior = model.priorSample(draws: 2000, seed: 4)
        let draws = prior.draws.map {
            Dictionary(uniqueKeysWithValues: zip(prior.names, $0))
        }
        let fit = try MixFit.placed(model, [draws])
        let found = fit.priorsAndPosteriors(fit.parameterSummaries(), prior: prior)
        for one in found where one.name != "saturation_lam[tv]" {
            let left = try #require(one.deviationLeft)
            #expect(abs(left - 1) < 0.1, "\(one.name): \(left)")
            #expect(abs(try #require(one.shift)) < 0.1)
        }
        let beta = try #require(found.first { $0.name == "saturation_beta[tv]" })
        // Of a half-normal of scale 2.
        #expect(abs(beta.prior[2] - 2 * 0.6744897501960817) < 0.01)
        let known = try #require(found.first { $0.name == "saturation_lam[tv]" })
        #expect(known.deviationLeft == nil && known.shift == nil)
        let sure = try MixFit.placed(model, SimpleWorld.chains())
        let learnt = sure.priorsAndPosteriors(sure.parameterSummaries(), prior: prior)
        let own = try #require(learnt.first { $0.name == "saturation_beta[tv]" })
        #expect(try #require(own.deviationLeft) < 0.02)
    }

    @Test("prior draws of a return are the prior's")
    func priorReturn() throws {
        var world = SimpleWorld()
        world.configuration.channel.effect = .roi
        let model = try world.model()
        let sample = model.priorSample(draws: 2000, seed: 5)
        let roi = try #require(try ChannelReturns(model, sample, level: 0.9).all[0].roi)
        let law = LogNormal(mean: 0.2, scale: 0.9)
        for (value, p) in [(roi.lower, 0.05), (roi.median, 0.5), (roi.upper, 0.95)] {
            #expect(abs(law.cdf(value) - p) < 0.03)
        }
    }
}
