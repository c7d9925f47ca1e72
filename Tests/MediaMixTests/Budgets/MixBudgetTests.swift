import MediaMix
import Numerics
import Panels
import Testing

/// What plans for a fitted model bring, against the density on a panel that goes on with them.
@Suite struct MixBudgetTests {
    /// Models of all that plans have to respect.
    enum Kind: CaseIterable {
        case returns, saturationFirst, geos, national
    }

    static func fit(_ kind: Kind, draws: Int = 3) throws -> MixFit {
        var configuration = MixConfiguration()
        var geos = 1
        switch kind {
        case .returns:
            configuration.channel.adstock = Adstock(kind: .delayed, lags: 6)
            configuration.channel.saturation = .hill
        case .saturationFirst:
            configuration.channel.order = .saturationFirst
            configuration.channel.adstock = Adstock(kind: .weibullDistribution, lags: 5)
            configuration.channel.saturation = .root
            configuration.channel.effect = .contribution
            var video = ChannelConfiguration(effect: .coefficient)
            video.adstock = Adstock(kind: .geometric, lags: 4, isNormalised: false)
            video.saturation = .tanh
            configuration.channels["video"] = video
        case .geos:
            configuration = .meridian(knots: 3)
            geos = 3
        case .national:
            configuration.outcomeScale = .perCapitaStandardised
            configuration.channel.saturation = .michaelisMenten
            geos = 2
        }
        let panel = try InventedPanels.panel(geos: geos, seed: 8, hasValue: kind != .returns)
        let model = try MediaMixModel(panel, configuration)
        let dimension = MixDensity(model).dimension
        var random = RandomStream(seed: 4)
        let chains = (0..<2).map { _ in
            (0..<draws * dimension).map { _ in 0.4 * random.normal() }
        }
        let kept = try #require(MixDraws(chains: chains, dimension: dimension))
        return try #require(MixFit(model, kept))
    }

    /// A frame for each kind of what may be told.
    static func frames(geos: Int) -> [MixBudgetFrame] {
        var plain = MixBudgetFrame(periods: 3)
        plain.periodsAfter = 4
        plain.window = 20
        var alone = plain
        alone.carriesOver = false
        alone.periodsAfter = 0
        guard geos > 1 else { return [plain, alone] }
        var split = plain
        split.splitsGeos = true
        var some = plain
        some.geos = ["geo1"]
        return [plain, alone, split, some]
    }

    @Test(arguments: Kind.allCases)
    func outcomesAreThoseOfTheDensity(kind: Kind) throws {
        let fit = try Self.fit(kind)
        let geos = fit.model.panel.geos
        var random = RandomStream(seed: 3)
        for frame in Self.frames(geos: geos.count) {
            let budget = try MixBudget(fit, frame)
            let slow = ExtendedPanel(fit, frame)
            let planned = geos.indices.filter { frame.geos?.contains(geos[$0].name) ?? true }
            var plan: [Double] = []
            var spend = fit.model.panel.channels.map { _ in
                geos.map { _ in [Double](repeating: 0, count: frame.periods) }
            }
            for line in budget.lines {
                let channels = fit.model.panel.channels
                let channel = try #require(channels.firstIndex { $0.name == line.channel })
                let own = planned.filter { line.geo == nil || geos[$0].name == line.geo }
                let now = slow.current(channel, own)
                #expect(isNear(line.budget.current, [now, now, now], within: 1e-12))
                let amounts = (0..<frame.periods).map { _ in 2 * now * random.uniform() }
                plan += amounts
                for geo in own {
                    let share = slow.share(channel, geo, of: own)
                    spend[channel][geo] = amounts.map { $0 * share }
                }
            }
            let found = budget.response.outcomes(plan)
            #expect(isNear(found, try slow.outcomes(spend), within: 1e-8), "\(kind) \(frame)")
            #expect(found.count == 6)
        }
    }

    @Test func linesKnowWhatWasObservedAndOutcomesAreWorth() throws {
        let fit = try Self.fit(.geos)
        let panel = fit.model.panel
        var frame = MixBudgetFrame(periods: 2)
        frame.splitsGeos = true
        frame.geos = ["geo0", "geo2"]
        frame.window = 10
        let budget = try MixBudget(fit, frame)
        let names = ["search in geo0", "search in geo2", "video in geo0", "video in geo2"]
        #expect(budget.lines.map(\.budget.name) == names)
        let last = Array(panel.channels[0].spend.suffix(40))
        let observed = try #require(budget.lines[1].budget.observed)
        #expect(observed.lowerBound == last.min() && observed.upperBound == last.max())
        let cells = Array(30..<40) + Array(110..<120)
        let values = try #require(panel.valuePerOutcome)
        let outcome = panel.outcome.values
        let worth = cells.reduce(0) { $0 + values[$1] * outcome[$1] }
        let sold = cells.reduce(0) { $0 + outcome[$1] }
        #expect(abs(budget.valuePerOutcome - worth / sold) < 1e-12)
        // Both together had what was spent in both at a time.
        frame.splitsGeos = false
        let together = try MixBudget(fit, frame).lines[0].budget
        let sums = (0..<40).map { panel.channels[0].spend[$0] + panel.channels[0].spend[80 + $0] }
        #expect(together.observed?.upperBound == sums.max())
    }

    @Test func drawsAreThinnedEvenly() throws {
        let fit = try Self.fit(.returns, draws: 25)
        var frame = MixBudgetFrame(periods: 1)
        frame.draws = 10
        let few = try MixBudget(fit, frame)
        frame.draws = 1000
        let all = try MixBudget(fit, frame)
        #expect(few.response.draws == 10 && all.response.draws == 50)
        let plan = [1.0, 0.2]
        let outcomes = all.response.outcomes(plan)
        let expected = stride(from: 2, to: 50, by: 5).map { outcomes[$0] }
        #expect(isNear(few.response.outcomes(plan), expected, within: 1e-12))
    }

    @Test func framesThatBreakRulesAreRefused() throws {
        let fit = try Self.fit(.geos)
        func refusal(_ change: (inout MixBudgetFrame) -> Void) -> String? {
            var frame = MixBudgetFrame(periods: 4)
            change(&frame)
            do {
                _ = try MixBudget(fit, frame)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(refusal { $0.periods = 0 } == "periods: must be 1 to 208")
        #expect(refusal { $0.periodsAfter = -1 } == "periods_after: must be 0 to 208")
        #expect(refusal { $0.window = 41 }?.hasPrefix("window: must be 1 to 40, the") == true)
        #expect(refusal { $0.draws = 0 } == "draws: must be 1 to 10000")
        #expect(refusal { $0.geos = [] }?.hasPrefix("geos: must name at least one") == true)
        #expect(
            refusal { $0.geos = ["geo9"] }
                == "geos: the model knows no 'geo9', only geo0, geo1, geo2"
        )
        #expect(refusal { $0.geos = ["geo0", "geo0"] }?.hasPrefix("geos: one is named") == true)
        let dimension = MixDensity(fit.model).dimension
        let broken = [[Double](repeating: .nan, count: dimension)]
        let draws = try #require(MixDraws(chains: broken, dimension: dimension))
        let bad = try #require(MixFit(fit.model, draws))
        #expect(throws: BudgetRefusal.draws(of: "search")) {
            try MixBudget(bad, MixBudgetFrame(periods: 4))
        }
    }

    /// A scenario is what a plan says of the same spend.
    @Test func scenariosAreComparedWithWhatIsSpentNow() throws {
        let fit = try Self.fit(.national, draws: 20)
        let budget = try MixBudget(fit, MixBudgetFrame(periods: 4))
        let lines = budget.lines.map(\.budget)
        let appraisal = BudgetAppraisal(
            budget.response,
            lines: lines,
            valuePerOutcome: budget.valuePerOutcome
        )
        let same = try appraisal.plan(lines.map(\.current))
        #expect(same.gain.mean == 0 && same.gainProbability == 0)
        #expect(same.returnOnSpend == same.currentReturnOnSpend && same.search == nil)
        var request = BudgetRequest(lines: lines, unit: .total, goal: .budget(same.spend))
        request.valuePerOutcome = budget.valuePerOutcome
        let best = try BudgetOptimizer(budget.response, request).optimize()
        let again = try appraisal.plan(best.lines.map(\.spend))
        #expect(again.outcome == best.outcome && again.gain == best.gain)
        #expect(again.lines == best.lines && best.gain.mean >= 0)
        #expect(throws: BudgetRefusal.self) { try appraisal.plan([[1, 1, 1, 1]]) }
        #expect(throws: BudgetRefusal.self) { try appraisal.plan([[1, 1, 1, -1], [0, 0, 0, 0]]) }
    }
}
