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
        let response = try chance.response([.hill, .hill], slope: slope, draws: 4, periods: 2)
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
        let response = try chance.response([.logistic, .root, .tanh])
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

    /// So many amounts that they are searched by gradients alone: within the limits of single
    /// periods all cells have one margin, less at lower limits and more at upper ones.
    @Test func manyAmountsAreAsGoodAsFew() throws {
        var chance = RandomBudgets(seed: 62)
        let kinds: [Saturation] = [.logistic, .tanh, .michaelisMenten, .hill, .logistic]
        let response = try chance.response(kinds, draws: 10, periods: 10)
        var request = RandomBudgets.request(response, budget: 200)
        request.pattern = .flighted
        for index in request.lines.indices {
            request.lines[index].periodLimits = BudgetLimits(least: 5, most: 70)
        }
        let plan = try BudgetOptimizer(response, request).optimize()
        #expect(plan.search?.isCutShort == false && abs(plan.spend - 2000) < 1e-6)
        let cells = plan.lines.flatMap(\.spend)
        #expect(cells.allSatisfy { (5 - 1e-6...70 + 1e-6).contains($0) })
        let margins = cells.indices.map { index in
            slopeByDifferences(cells, along: index) { response.outcomes($0).reduce(0, +) / 10 }
        }
        let free = margins.indices.filter { (5.001...69.999).contains(cells[$0]) }
        #expect(free.count > 10)
        let price = free.reduce(0) { $0 + margins[$1] } / Double(free.count)
        for (cell, margin) in zip(cells, margins) {
            if cell < 69.999 { #expect(margin <= price * (1 + 1e-3), "\(cell)") }
            if cell > 5.001 { #expect(margin >= price * (1 - 1e-3), "\(cell)") }
        }
    }

    /// Limits of lines and groups tie many amounts together: no money gains by moving from one
    /// cell to another where no limit is in its way.
    @Test func manyAmountsWithLimitsOfLinesAreTheBest() throws {
        var chance = RandomBudgets(seed: 64)
        let kinds: [Saturation] = [.logistic, .tanh, .michaelisMenten, .root, .logistic]
        let response = try chance.response(kinds, draws: 10, periods: 10)
        var request = RandomBudgets.request(response, budget: 200)
        request.pattern = .flighted
        for index in request.lines.indices {
            request.lines[index].limits = BudgetLimits(least: 20, most: 55)
            request.lines[index].periodLimits = BudgetLimits(least: 10, most: 60)
        }
        let joined = [request.lines[0].name, request.lines[1].name]
        let limits = BudgetLimits(least: 90, most: 95)
        request.groups = [BudgetGroup(name: "both", lines: joined, limits: limits)]
        let plan = try BudgetOptimizer(response, request).optimize()
        #expect(plan.search?.isCutShort == false && abs(plan.spend - 2000) < 1e-6)
        let totals = plan.lines.map(\.total)
        #expect(totals.allSatisfy { (200 - 1e-6...550 + 1e-6).contains($0) })
        #expect((900 - 1e-6...950 + 1e-6).contains(totals[0] + totals[1]))
        let cells = plan.lines.flatMap(\.spend)
        #expect(cells.allSatisfy { (10 - 1e-6...60 + 1e-6).contains($0) })
        let best = response.outcomes(cells).reduce(0, +)
        let step = 0.5
        for from in cells.indices where cells[from] >= 10 + step {
            for to in cells.indices where to != from && cells[to] <= 60 - step {
                var (next, sums) = (cells, totals)
                next[from] -= step
                next[to] += step
                sums[from / 10] -= step
                sums[to / 10] += step
                let isWithin =
                    sums.allSatisfy { (200 - 1e-6...550 + 1e-6).contains($0) }
                    && (900 - 1e-6...950 + 1e-6).contains(sums[0] + sums[1])
                guard isWithin else { continue }
                let moved = response.outcomes(next).reduce(0, +)
                #expect(moved <= best * (1 + 1e-9), "\(from) to \(to)")
            }
        }
    }

    /// A search that may do little says that it was cut short, and its plan keeps all limits.
    @Test func searchesThatAreCutShortSaySo() throws {
        var chance = RandomBudgets(seed: 63)
        let response = try chance.response([.hill, .hill, .hill], slope: 3, draws: 4)
        var slow = SlowResponse(inner: response)
        slow.work = 1_000_000_000
        let request = RandomBudgets.request(response, budget: 200)
        let cut = try BudgetOptimizer(slow, request).optimize()
        let whole = try BudgetOptimizer(response, request).optimize()
        #expect(cut.search?.isCutShort == true && cut.search?.evaluations == 100)
        #expect(whole.search?.isCutShort == false)
        #expect(abs(cut.spend - 1200) < 1e-6)
        #expect(cut.outcome.mean <= whole.outcome.mean * (1 + 1e-12))
        #expect(cut.outcome.mean >= cut.currentOutcome.mean * (1 - 1e-12))
    }
}

/// A response that says that it takes long.
private struct SlowResponse: BudgetResponse {
    let inner: CarryOverResponse
    var work = 1
    var lines: Int { inner.lines }
    var periods: Int { inner.periods }
    var draws: Int { inner.draws }
    var isConcave: Bool { inner.isConcave }

    func outcomes(of plan: Span<Double>, into outcomes: inout MutableSpan<Double>) {
        inner.outcomes(of: plan, into: &outcomes)
    }

    func evaluate(
        _ plan: Span<Double>,
        weights: Span<Double>,
        outcomes: inout MutableSpan<Double>,
        gradient: inout MutableSpan<Double>
    ) {
        inner.evaluate(plan, weights: weights, outcomes: &outcomes, gradient: &gradient)
    }
}
