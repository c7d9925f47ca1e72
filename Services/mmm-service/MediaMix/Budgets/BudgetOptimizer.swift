internal import Numerics

/// Finds the best spend for a request by what each draw of a posterior responds.
///
/// The same request gives the same plan, bit by bit. Limits hold to 1e-6 of the budget, always.
/// The effort of a search is bounded; a plan says whether its search was cut short.
public struct BudgetOptimizer: Sendable {
    private let problem: BudgetProblem
    /// The most budgets of a frontier.
    public static let mostBudgets = 200

    /// An optimiser of a request.
    ///
    /// - Parameters:
    ///   - response: what plans bring.
    ///   - request: what is sought; its lines are those of the response.
    /// - Throws: ``BudgetRefusal`` if the request breaks a rule or its limits clash.
    public init(
        _ response: any BudgetResponse,
        _ request: BudgetRequest
    ) throws(BudgetRefusal) {
        problem = try BudgetProblem(response, request)
    }

    /// Finds the best plan.
    ///
    /// - Returns: the plan.
    /// - Throws: ``BudgetRefusal`` if no plan reaches the goal, or the search broke down.
    public func optimize() throws(BudgetRefusal) -> BudgetPlan {
        try problem.plan(try BudgetSearch(problem).find())
    }

    /// Finds the best plans for several budgets.
    ///
    /// - Parameters:
    ///   - response: what plans bring.
    ///   - request: what is sought otherwise; its goal is not looked at.
    ///   - budgets: in the request's unit, from 1 to 200 of them.
    /// - Returns: a plan for each budget.
    /// - Throws: ``BudgetRefusal``, as for each of them by itself.
    public static func frontier(
        _ response: any BudgetResponse,
        _ request: BudgetRequest,
        budgets: [Double]
    ) throws(BudgetRefusal) -> [BudgetPlan] {
        guard (1...mostBudgets).contains(budgets.count) else {
            throw .badRequest(field: "budgets", rule: "must be 1 to \(mostBudgets) amounts")
        }
        var plans: [BudgetPlan] = []
        for budget in budgets {
            var request = request
            request.goal = .budget(budget)
            let problem = try BudgetProblem(response, request)
            // The plan for the budget before is near the best one for this.
            let hint = plans.last.map { problem.variables($0.lines.flatMap(\.spend)) }
            let search = BudgetSearch(
                problem,
                hints: hint.map { [$0] } ?? [],
                share: 1 / Double(budgets.count)
            )
            plans.append(try problem.plan(try search.find()))
        }
        return plans
    }
}
