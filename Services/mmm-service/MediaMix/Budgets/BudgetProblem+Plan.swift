extension BudgetProblem {
    /// Compares plans with what is spent now.
    var appraisal: BudgetAppraisal {
        BudgetAppraisal(
            response,
            lines: request.lines,
            valuePerOutcome: request.valuePerOutcome,
            intervalProbability: request.intervalProbability
        )
    }

    /// The plan of variables that a search found.
    func plan(_ found: BudgetSearch.Found) throws(BudgetRefusal) -> BudgetPlan {
        var plan = try appraisal.plan(of: plan(found.point.span))
        plan.utility = utility(found.point)
        plan.bindings = bindings(found.point)
        plan.search = found.search
        return plan
    }

    private func bindings(_ x: [Double]) -> [BudgetPlan.Binding] {
        var bindings: [BudgetPlan.Binding] = []
        let margin = 1e-7
        func side(_ found: Double, _ low: Double, _ high: Double) -> BudgetPlan.Binding.Side? {
            if high - low <= margin { return .locked }
            return found - low <= margin ? .least : high - found <= margin ? .most : nil
        }
        let perLine = count / response.lines
        for (index, line) in request.lines.enumerated() {
            var sides: [BudgetPlan.Binding.Side: [Int]] = [:]
            for period in 0..<perLine {
                let place = index * perLine + period
                let bound = side(x[place], region.lower[place], region.upper[place])
                if let bound { sides[bound, default: []].append(period) }
            }
            for bound in [BudgetPlan.Binding.Side.least, .most, .locked] {
                guard let periods = sides[bound] else { continue }
                bindings.append(
                    BudgetPlan.Binding(
                        name: line.name,
                        side: bound,
                        periods: request.pattern == .constant ? [] : periods
                    )
                )
            }
        }
        for sum in region.sums {
            let found = sum.members.reduce(0) { $0 + x[$1] }
            guard let bound = side(found, sum.lower, sum.upper) else { continue }
            bindings.append(BudgetPlan.Binding(name: sum.name, side: bound, periods: []))
        }
        return bindings
    }
}
