internal import Numerics

/// A weighted sum of a plan's utility and its spend, as a function of variables.
struct BudgetFunction: Sendable {
    let problem: BudgetProblem
    let utilityFactor: Double
    let spendFactor: Double
    let constant: Double

    init(
        _ problem: BudgetProblem,
        utility: Double = 0,
        spend: Double = 0,
        constant: Double = 0
    ) {
        self.problem = problem
        utilityFactor = utility
        spendFactor = spend
        self.constant = constant
    }

    /// The function at variables.
    func value(_ x: [Double]) -> Double {
        let utility = utilityFactor == 0 ? 0 : utilityFactor * problem.utility(x)
        return utility + spendFactor * problem.spend(x.span) + constant
    }

    /// The function and its gradient.
    func evaluate(_ x: Span<Double>, gradient: inout MutableSpan<Double>) -> Double {
        for index in gradient.indices { gradient[index] = 0 }
        var utility = 0.0
        if utilityFactor != 0 {
            utility = utilityFactor * problem.utility(x, gradient: &gradient)
            gradient.scale(by: utilityFactor)
        }
        let slope = spendFactor * problem.spendPerUnit
        for index in gradient.indices { gradient[index] += slope }
        return utility + spendFactor * problem.spend(x) + constant
    }

    /// The first point on the way to another at which the function is not positive, as it is there.
    func moved(_ x: [Double], towards anchor: [Double]?) -> [Double] {
        guard let anchor, value(x) > 0 else { return x }
        func point(_ share: Double) -> [Double] {
            x.indices.map { x[$0] + share * (anchor[$0] - x[$0]) }
        }
        var (low, high) = (0.0, 1.0)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if value(point(middle)) > 0 { low = middle } else { high = middle }
        }
        return point(high)
    }
}
