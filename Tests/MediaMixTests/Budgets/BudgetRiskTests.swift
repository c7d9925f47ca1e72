import MediaMix
import Numerics
import Testing

/// Plans of those who do not like to lose.
@Suite struct BudgetRiskTests {
    /// By definition: the mean of the worst share, the last draw in part.
    static func worst(_ outcomes: [Double], _ share: Double) -> Double {
        let sorted = outcomes.sorted()
        let wanted = share * Double(sorted.count)
        let whole = Int(wanted)
        var sum = sorted.prefix(whole).reduce(0, +)
        if whole < sorted.count { sum += (wanted - Double(whole)) * sorted[whole] }
        return sum / wanted
    }

    static func deviation(_ outcomes: [Double]) -> Double {
        let mean = outcomes.reduce(0, +) / Double(outcomes.count)
        let squares = outcomes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(outcomes.count - 1)).squareRoot()
    }

    static func utility(_ utility: BudgetRequest.Utility, _ outcomes: [Double]) -> Double {
        let mean = outcomes.reduce(0, +) / Double(outcomes.count)
        return switch utility {
        case .mean: mean
        case .meanLessDeviations(let count): mean - count * deviation(outcomes)
        case .meanOfWorst(let share): worst(outcomes, share)
        }
    }

    @Test(arguments: [
        BudgetRequest.Utility.meanLessDeviations(0.5), .meanLessDeviations(2), .meanOfWorst(0.1),
        .meanOfWorst(0.25), .meanOfWorst(1),
    ])
    func plansAreAsGoodAsTheBestOfAGrid(utility: BudgetRequest.Utility) throws {
        var chance = RandomBudgets(seed: 41)
        let response = try chance.response([.logistic, .michaelisMenten], draws: 50)
        var request = RandomBudgets.request(response, budget: 150)
        request.utility = utility
        let plan = try BudgetOptimizer(response, request).optimize()
        var best = -Double.infinity
        for step in 0...600 {
            let first = 150 * Double(step) / 600
            let cells = [first, 150 - first].flatMap { Array(repeating: $0, count: 6) }
            best = max(best, Self.utility(utility, response.outcomes(cells)))
        }
        let outcomes = response.outcomes(plan.lines.flatMap(\.spend))
        #expect(abs(plan.utility / Self.utility(utility, outcomes) - 1) < 1e-12)
        #expect(plan.utility >= best * (1 - 1e-6), "\(plan.utility), \(best)")
    }

    /// One line that brings a little more on average and may bring nothing, and one that is sure.
    @Test func riskCostsMoney() throws {
        func line(_ coefficients: [Double]) -> PlainLine {
            PlainLine(
                adstock: Adstock(kind: .none, lags: 1),
                saturation: .michaelisMenten,
                spendScale: 100,
                adstockParameters: [],
                saturationParameters: Array(repeating: 1, count: 4),
                coefficients: coefficients
            )
        }
        let response = try CarryOverResponse(
            plain: [line([0.1, 1.9, 0.2, 2.2]), line([1, 1, 1, 1])],
            periods: 2,
            periodsAfter: 0,
            outcomeScale: 1
        )
        var request = RandomBudgets.request(response, budget: 100)
        let bold = try BudgetOptimizer(response, request).optimize()
        request.utility = .meanLessDeviations(1)
        let careful = try BudgetOptimizer(response, request).optimize()
        request.utility = .meanOfWorst(0.5)
        let worst = try BudgetOptimizer(response, request).optimize()
        #expect(bold.lines[0].total > bold.lines[1].total)
        #expect(careful.lines[0].total < 0.5 * bold.lines[0].total)
        #expect(worst.lines[0].total < careful.lines[1].total)
        #expect(careful.outcome.mean < bold.outcome.mean)
        #expect(careful.outcome.interval.lowerBound > bold.outcome.interval.lowerBound)
    }
}
