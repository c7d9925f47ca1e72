import MediaMix
import Numerics
import Panels
import Testing

/// A plan that buys as the window did earns for each unit of money what the window earned.
@Suite("Plans go on as effects and frequencies were in the window")
struct MediaPaceTests {
    /// What a channel earned in the window by the density, for its money, and by a plan.
    private func earned(
        _ panel: Panel,
        _ configuration: MixConfiguration
    ) throws -> (window: Double, plan: Double) {
        let fit = try Self.fit(panel, configuration)
        var density = MixDensity(fit.model)
        let point = Array(fit.draws.point(0, chain: 0))
        var frame = MixBudgetFrame(periods: 2)
        frame.window = 15
        let budget = try MixBudget(fit, frame)
        let own = density.contributions(at: point.span)[0].suffix(15).reduce(0, +)
        let spend = panel.channels[0].spend.suffix(15).reduce(0, +)
        var plan = [Double](repeating: 0, count: budget.lines.count * 2)
        plan[0] = 3
        return (own / spend, budget.response.outcomes(plan)[0] / 3)
    }

    private static func fit(
        _ panel: Panel,
        _ configuration: MixConfiguration,
        draws: Int = 1
    ) throws -> MixFit {
        let model = try MediaMixModel(panel, configuration)
        let dimension = MixDensity(model).dimension
        var random = RandomStream(seed: 2)
        let points = (0..<draws * dimension).map { _ in 0.5 * random.normal() }
        let kept = try #require(MixDraws(chains: [points], dimension: dimension))
        return try #require(MixFit(model, kept))
    }

    private var configuration: MixConfiguration {
        var configuration = MixConfiguration()
        configuration.reach.adstock = Adstock(kind: .none, lags: 1)
        configuration.channel.adstock = Adstock(kind: .none, lags: 1)
        configuration.channel.saturation = .none
        return configuration
    }

    /// A panel whose first channel has reach and frequency, each by chance.
    private static func reached() throws -> Panel {
        var panel = try InventedPanels.panel()
        let spend = panel.channels[0].spend
        var random = RandomStream(seed: 9)
        panel.channels[0].exposure = .reach(
            spend.map { $0 * (1 + random.uniform()) },
            frequency: spend.map { _ in 1 + 5 * random.uniform() }
        )
        return panel
    }

    @Test("those who are reached see as much as they did")
    func reach() throws {
        let (window, plan) = try earned(try Self.reached(), configuration)
        #expect(abs(plan / window - 1) < 1e-12)
    }

    @Test("effects stay as they were", arguments: [false, true])
    func variation(_ isShared: Bool) throws {
        var panel = try InventedPanels.panel()
        panel.channels[0].spend = panel.channels[0].spend.map { _ in 2 }
        var configuration = configuration
        configuration.mediaVariation = isShared ? .shared(4) : .each(4)
        let (window, plan) = try earned(panel, configuration)
        #expect(abs(plan / window - 1) < 1e-12)
    }

    @Test("the best plan with reach is that of a grid, and says what it takes for granted")
    func optimum() throws {
        var configuration = configuration
        configuration.channel.saturation = .michaelisMenten
        let fit = try Self.fit(try Self.reached(), configuration, draws: 5)
        let budget = try MixBudget(fit, MixBudgetFrame(periods: 1))
        #expect(budget.assumptions.count == 1)
        #expect(budget.assumptions[0].hasPrefix("search is planned by its reach: money buys"))
        let lines = budget.lines.map(\.budget)
        let money = 2 * lines.reduce(0) { $0 + $1.current[0] }
        let request = BudgetRequest(lines: lines, unit: .total, goal: .budget(money))
        let best = try BudgetOptimizer(budget.response, request).optimize()
        func mean(_ search: Double) -> Double {
            let outcomes = budget.response.outcomes([search, money - search])
            return outcomes.reduce(0, +) / Double(outcomes.count)
        }
        let grid = (0...2_000).map { mean(money * Double($0) / 2_000) }
        let (found, highest) = (mean(best.lines[0].spend[0]), grid.max() ?? .infinity)
        #expect(found >= highest - 1e-9 * abs(highest))
        #expect(found <= highest + 1e-4 * abs(highest))
        // Twice the money for reach does twice as much.
        let none = budget.response.outcomes([0, 1])
        let (one, two) = (budget.response.outcomes([1, 1]), budget.response.outcomes([2, 1]))
        for draw in none.indices {
            #expect(abs(two[draw] - none[draw] - 2 * (one[draw] - none[draw])) < 1e-9)
        }
    }

    /// The slow way: the same parameters in a model that is of all periods.
    @Test("plans of a model with periods held out begin after these, with what they carry over")
    func heldOut() throws {
        let whole = try InventedPanels.panel(geos: 2, periods: 50, hasValue: true)
        var configuration = MixConfiguration()
        configuration.channel.adstock = Adstock(kind: .delayed, lags: 6)
        configuration.channel.effect = .coefficient
        configuration.organic.effect = .coefficient
        configuration.mediaScale = .perCapitaMedian
        let fit = try Self.fit(whole.first(40), configuration, draws: 3)
        let later = try MediaMixModel(whole, configuration, scaling: fit.model.scaling)
        let slow = try #require(MixFit(later, fit.draws))
        var frame = MixBudgetFrame(periods: 3)
        for window in [5, 20] {
            frame.window = window
            let found = try MixBudget(fit, frame, after: whole)
            let expected = try MixBudget(slow, frame)
            #expect(found.lines.map(\.budget.current) == expected.lines.map(\.budget.current))
            #expect(found.lines.map(\.budget.observed) == expected.lines.map(\.budget.observed))
            #expect(found.valuePerOutcome == expected.valuePerOutcome)
            let plan = (0..<found.lines.count * 3).map { 5 + 3 * Double($0) }
            let outcomes = found.response.outcomes(plan)
            #expect(isNear(outcomes, expected.response.outcomes(plan), within: 1e-9))
            // Where the fit ends less or more is carried over.
            let early = try MixBudget(fit, frame).response.outcomes(plan)
            #expect(zip(early, outcomes).allSatisfy { $0 != $1 })
        }
        var other = whole
        other.channels[1].name = "radio"
        #expect(throws: MixModelError.otherScaling) { try MixBudget(fit, frame, after: other) }
    }
}
