import MediaMix
import Numerics
import Testing

/// Spend that is free in each period.
@Suite struct BudgetFlightingTests {
    /// Of two lines in two periods, the best of every plan on a grid.
    @Test(arguments: RandomBudgets.seeds(4, long: 40))
    func plansAreAsGoodAsTheBestOfAGrid(seed: Int) throws {
        var chance = RandomBudgets(seed: UInt64(50 + seed))
        let slope = seed.isMultiple(of: 2) ? 1.0 : 3.0
        let response = chance.response([.hill, .hill], slope: slope, draws: 4, periods: 2)
        var request = RandomBudgets.request(response, budget: 60)
        request.pattern = .flighted
        let plan = try BudgetOptimizer(response, request).optimize()
        let steps = 30
        var best = 0.0
        for a in 0...steps {
            for b in 0...(steps - a) {
                for c in 0...(steps - a - b) {
                    let cells = [a, b, c, steps - a - b - c].map {
                        120 * Double($0) / Double(steps)
                    }
                    best = max(best, response.outcomes(cells).reduce(0, +) / 4)
                }
            }
        }
        #expect(plan.outcome.mean >= best * (1 - 1e-9), "\(plan.outcome.mean), \(best)")
        #expect(abs(plan.spend - 120) < 1e-6)
    }

    /// Freedom does no harm, all limits of periods and lines hold, and what is bound is named.
    @Test func periodsKeepTheirLimits() throws {
        var chance = RandomBudgets(seed: 61)
        let response = chance.response([.logistic, .root, .tanh])
        var request = RandomBudgets.request(response, budget: 150)
        request.lines[0].limits = BudgetLimits(least: 30, most: 55)
        request.lines[0].periodLimits = BudgetLimits(least: 20, most: 60)
        request.lines[1].periodLimits = BudgetLimits(least: 10, most: 40)
        let constant = try BudgetOptimizer(response, request).optimize()
        request.pattern = .flighted
        let plan = try BudgetOptimizer(response, request).optimize()
        #expect(plan.outcome.mean >= constant.outcome.mean * (1 - 1e-9))
        #expect(plan.lines[0].spend.allSatisfy { (20 - 1e-6...60 + 1e-6).contains($0) })
        #expect(plan.lines[1].spend.allSatisfy { (10 - 1e-6...40 + 1e-6).contains($0) })
        #expect(plan.lines[0].total <= 6 * 55 + 1e-6)
        #expect(abs(plan.spend - 900) < 1e-6)
        for binding in plan.bindings where !binding.periods.isEmpty {
            let line = try #require(plan.lines.first { $0.name == binding.name })
            let limits = try #require(request.lines.first { $0.name == binding.name }).periodLimits
            for period in binding.periods {
                let limit = binding.side == .least ? limits.least : limits.most ?? 900
                #expect(abs(line.spend[period] - limit) < 1e-3)
            }
        }
    }
}
