internal import Numerics

/// A request in the terms of a search: variables of about 1, functions of them, and a region.
struct BudgetProblem: Sendable {
    let response: any BudgetResponse
    let request: BudgetRequest
    let region: BudgetRegion
    /// What a variable of 1 spends in one period.
    let unit: Double

    /// Puts a request into these terms.
    ///
    /// - Parameters:
    ///   - response: what plans bring.
    ///   - request: what is sought.
    /// - Throws: ``BudgetRefusal`` if the request breaks a rule, or what is spent now has no
    ///   outcome.
    init(_ response: any BudgetResponse, _ request: BudgetRequest) throws(BudgetRefusal) {
        try request.check(lines: response.lines, periods: response.periods)
        try request.checkClashes(periods: response.periods)
        self.response = response
        self.request = request
        let periods = Double(response.periods)
        let isConstant = request.pattern == .constant
        // What an amount of the request is, as a sum of spends that are variables.
        let perAmount =
            switch (request.unit, isConstant) {
            case (.perPeriod, true), (.total, false): 1.0
            case (.perPeriod, false): periods
            case (.total, true): 1 / periods
            }
        let amounts = BudgetAmounts(request, perAmount: perAmount, periods: response.periods)
        let bounds = try amounts.bounds()
        let budget: Double? =
            if case .budget(let budget) = request.goal { budget * perAmount } else { nil }
        let whole = budget ?? max(bounds.upper.reduce(0, +), .leastNormalMagnitude)
        let unit = whole / Double(bounds.upper.count)
        self.unit = unit
        region = BudgetRegion(
            lower: bounds.lower.map { $0 / unit },
            upper: bounds.upper.map { $0 / unit },
            sums: amounts.sums().map {
                BudgetRegion.Sum(
                    name: $0.name,
                    members: $0.members,
                    lower: $0.lower / unit,
                    upper: $0.upper / unit
                )
            },
            total: budget.map { $0 / unit }
        )
        guard response.outcomes(request.lines.flatMap(\.current)).span.isFinite() else {
            throw .draws(of: "model")
        }
        let inside = region.nearest(to: region.lower)
        if region.misses(inside) > 10 * BudgetRegion.tolerance {
            let missed = region.sums.filter {
                region.misses(inside, $0) > 10 * BudgetRegion.tolerance
            }
            throw .limitsContradict(groups: missed.map(\.name))
        }
    }

    /// How many variables there are.
    var count: Int { region.lower.count }

    /// Whether there are so many that quadratic programs of them take longer than outcomes.
    var isLarge: Bool { count > 40 }

    /// What a variable of 1 spends in all periods that it stands for.
    var spendPerUnit: Double {
        request.pattern == .constant ? unit * Double(response.periods) : unit
    }

    /// What variables spend in all.
    func spend(_ x: Span<Double>) -> Double { x.sum() * spendPerUnit }

    /// The plan that variables stand for, `[lines × periods]`.
    func plan(_ x: Span<Double>) -> [Double] {
        let periods = response.periods
        let isConstant = request.pattern == .constant
        // Searches may step below 0 by rounding, where responses have no meaning.
        return (0..<response.lines * periods).map {
            max(0, x[isConstant ? $0 / periods : $0]) * unit
        }
    }

    /// The variables nearest to a plan, before any limit.
    func variables(_ plan: [Double]) -> [Double] {
        let periods = response.periods
        guard request.pattern == .constant else { return plan.map { $0 / unit } }
        return (0..<response.lines).map { line in
            plan[line * periods..<(line + 1) * periods].reduce(0, +) / Double(periods) / unit
        }
    }

    /// The outcomes of a plan, `[draws]`.
    func outcomes(of plan: [Double]) -> [Double] { response.outcomes(plan) }

    /// The utility of variables.
    func utility(_ x: [Double]) -> Double {
        var weights = [Double](repeating: 0, count: response.draws)
        return request.utility.value(of: outcomes(of: plan(x.span)), weights: &weights)
    }

    /// The utility of variables, and its gradient by them.
    func utility(_ x: Span<Double>, gradient: inout MutableSpan<Double>) -> Double {
        let plan = plan(x)
        var weights = BudgetRequest.Utility.evenWeights(draws: response.draws)
        // Weights that hang on the outcomes take a look at them before.
        if request.utility != .mean {
            _ = request.utility.value(of: outcomes(of: plan), weights: &weights)
        }
        let (outcomes, byPlan) = response.evaluate(plan, weights: weights)
        let utility = request.utility.value(of: outcomes, weights: &weights)
        let isConstant = request.pattern == .constant
        for index in gradient.indices { gradient[index] = 0 }
        for cell in byPlan.indices {
            gradient[isConstant ? cell / response.periods : cell] += byPlan[cell] * unit
        }
        return utility
    }
}
