import Foundation
import MediaMix
import Numerics
import Testing

/// Plans against searches of every possibility, and against what optima must have.
@Suite struct BudgetOptimumTests {
    /// Where slopes make several local optima, the plan is as good as the best of a fine grid.
    @Test(arguments: RandomBudgets.seeds(6, long: 60))
    func plansAreAsGoodAsTheBestOfAGrid(seed: Int) throws {
        var chance = RandomBudgets(seed: UInt64(seed))
        let slope = seed.isMultiple(of: 2) ? 1.0 : 2.5
        let response = try chance.response([.hill, .hill, .hill], slope: slope, draws: 8)
        let budget = 120.0
        let plan = try BudgetOptimizer(
            response,
            RandomBudgets.request(response, budget: budget)
        ).optimize()
        var best = 0.0
        let steps = 60
        for first in 0...steps {
            for second in 0...(steps - first) {
                let shares = [first, second, steps - first - second]
                best = max(
                    best,
                    response.mean(constant: shares.map { Double($0) / Double(steps) * budget })
                )
            }
        }
        #expect(plan.outcome.mean >= best * (1 - 1e-9))
        // The grid is so fine that nothing is much better than its best.
        #expect(plan.outcome.mean <= best * 1.01)
    }

    /// Optima have one marginal return wherever no limit is in the way, less at lower limits, and
    /// more at upper ones (Karush, Kuhn and Tucker).
    @Test(arguments: RandomBudgets.seeds(12, long: 200))
    func marginsAreThoseOfOptima(seed: Int) throws {
        var chance = RandomBudgets(seed: UInt64(100 + seed))
        let saturations: [Saturation] = [.logistic, .root, .michaelisMenten, .tanh, .hill]
        let response = try chance.response(saturations)
        var request = RandomBudgets.request(response, budget: 300)
        for index in request.lines.indices {
            let least = 30 * chance.random.uniform()
            let most = least + 60 + 120 * chance.random.uniform()
            request.lines[index].limits = BudgetLimits(least: least, most: most)
        }
        let plan = try BudgetOptimizer(response, request).optimize()
        #expect(abs(plan.spend - 6 * 300) < 1e-6)
        let sides = Dictionary(plan.bindings.map { ($0.name, $0.side) }) { first, _ in first }
        let free = plan.lines.filter { sides[$0.name] == nil }.map(\.marginalReturn)
        let price = try #require(free.first)
        for line in plan.lines {
            switch sides[line.name] {
            case nil: #expect(abs(line.marginalReturn / price - 1) < 1e-4)
            case .least: #expect(line.marginalReturn <= price * (1 + 1e-4))
            case .most: #expect(line.marginalReturn >= price * (1 - 1e-4))
            case .locked: break
            }
        }
        // No random plan within the limits is better.
        for _ in 0..<200 {
            var spend = plan.lines.map { $0.spend[0] }
            let (from, to) = (chance.random.integer(below: 5), chance.random.integer(below: 5))
            let limits = request.lines.map(\.limits)
            let room = min(spend[from] - limits[from].least, (limits[to].most ?? 0) - spend[to])
            let step = max(0, room) * chance.random.uniform()
            spend[from] -= step
            spend[to] += step
            #expect(response.mean(constant: spend) <= plan.outcome.mean * (1 + 1e-9))
        }
    }

    /// Without a budget, each line gets money until the next unit brings what is asked for.
    @Test(arguments: [0.001, 1, 8, 30])
    func marginsAreThoseAskedFor(rate: Double) throws {
        var chance = RandomBudgets(seed: 131)
        let response = try chance.response([.logistic, .root, .michaelisMenten, .tanh])
        var request = RandomBudgets.request(response, budget: 300)
        for index in request.lines.indices { request.lines[index].limits.most = 1000 }
        request.goal = .marginalReturn(rate)
        let plan = try BudgetOptimizer(response, request).optimize()
        let sides = Dictionary(plan.bindings.map { ($0.name, $0.side) }) { first, _ in first }
        for line in plan.lines {
            switch sides[line.name] {
            case nil: #expect(abs(line.marginalReturn / rate - 1) < 1e-3, "\(line)")
            case .least: #expect(line.marginalReturn <= rate * (1 + 1e-4))
            case .most, .locked: #expect(line.marginalReturn >= rate * (1 - 1e-4))
            }
        }
    }

    /// Groups that share lines, locks and minima: limits hold to 1e-6, whatever is asked.
    @Test(arguments: RandomBudgets.seeds(20, long: 400))
    func limitsHold(seed: Int) throws {
        var chance = RandomBudgets(seed: UInt64(200 + seed))
        let slope = seed.isMultiple(of: 2) ? 1.0 : 2.0
        let response = try chance.response(
            [.hill, .logistic, .hill, .root],
            slope: slope,
            draws: 6
        )
        var request = RandomBudgets.request(response, budget: 200)
        let names = RandomBudgets.names(4)
        request.lines[3].limits = .locked(25)
        request.groups = [
            BudgetGroup(
                name: "search",
                lines: [names[0], names[1]],
                limits: BudgetLimits(least: 60, most: 90 + 20 * chance.random.uniform())
            ),
            BudgetGroup(
                name: "north",
                lines: [names[1], names[2]],
                limits: BudgetLimits(least: 95, most: 130)
            ),
        ]
        let goals: [BudgetRequest.Goal] = [
            .budget(200), .marginalReturn(5), .outcome(500), .returnOnSpend(2),
        ]
        request.goal = goals[seed % 4]
        if seed % 4 != 0 { request.lines[2].limits.most = 200 }
        request.pattern = seed % 3 == 0 ? .flighted : .constant
        request.utility = seed % 5 == 0 ? .meanLessDeviations(1) : .mean
        let plan = try BudgetOptimizer(response, request).optimize()
        let spends = plan.lines.map { $0.total / 6 }
        for (line, spend) in zip(request.lines, spends) {
            #expect(spend >= line.limits.least - 1e-6)
            #expect(spend <= (line.limits.most ?? .infinity) + 1e-6)
        }
        for group in request.groups {
            let spend = zip(names, spends).reduce(0) {
                group.lines.contains($1.0) ? $0 + $1.1 : $0
            }
            #expect(spend >= group.limits.least - 1e-6)
            #expect(spend <= (group.limits.most ?? .infinity) + 1e-6)
        }
        #expect(plan.lines.flatMap(\.spend).allSatisfy { $0 >= 0 })
        switch request.goal {
        case .budget(let budget): #expect(abs(plan.spend / 6 - budget) < 1e-6)
        case .outcome(let outcome): #expect(plan.utility >= outcome * (1 - 1e-6))
        case .returnOnSpend(let rate): #expect(plan.utility >= rate * plan.spend * (1 - 1e-6))
        case .marginalReturn: break
        }
    }

    /// Two groups that leave nothing free, for they are locked and add up to the budget.
    @Test func lockedGroupsThatAddUpToTheBudgetHold() throws {
        var chance = RandomBudgets(seed: 31)
        let response = try chance.response([.logistic, .logistic, .root, .tanh])
        var request = RandomBudgets.request(response, budget: 200)
        let names = RandomBudgets.names(4)
        request.groups = [
            BudgetGroup(name: "a", lines: Array(names[..<2]), limits: .locked(80)),
            BudgetGroup(name: "b", lines: Array(names[2...]), limits: .locked(120)),
        ]
        let plan = try BudgetOptimizer(response, request).optimize()
        #expect(abs(plan.lines[0].spend[0] + plan.lines[1].spend[0] - 80) < 1e-6)
        #expect(abs(plan.spend / 6 - 200) < 1e-6)
        // Within a group, both lines have one margin, unless one has nothing.
        for pair in [plan.lines[..<2], plan.lines[2...]] {
            guard pair.allSatisfy({ $0.total > 1e-3 }) else { continue }
            let margins = pair.map(\.marginalReturn)
            #expect(abs(margins[0] / margins[1] - 1) < 1e-4)
        }
        #expect(plan.bindings.contains { $0.name == "a" && $0.side == .locked })
    }
}
