internal import Numerics

extension BudgetProblem {
    /// The plan of variables that a search found.
    func plan(_ found: BudgetSearch.Found) -> BudgetPlan {
        let plan = plan(found.point.span)
        let current = request.lines.flatMap(\.current)
        let (outcomes, currentOutcomes) = (outcomes(of: plan), outcomes(of: current))
        let gains = zip(outcomes, currentOutcomes).map { $0 - $1 }
        let outcome = estimate(outcomes)
        let spend = plan.span.sum()
        return BudgetPlan(
            lines: lines(of: plan),
            spend: spend,
            currentSpend: current.span.sum(),
            outcome: outcome,
            currentOutcome: estimate(currentOutcomes),
            utility: utility(found.point),
            gain: estimate(gains),
            gainProbability: Double(gains.count { $0 > 0 }) / Double(gains.count),
            returnOnSpend: spend > 0 ? request.valuePerOutcome * outcome.mean / spend : nil,
            bindings: bindings(found.point),
            starts: found.starts,
            failedStarts: found.failures
        )
    }

    /// What one more unit of money on each line is worth, spread over the periods as the line's
    /// money is, or evenly where it has none.
    ///
    /// - Parameters:
    ///   - plan: `[lines × periods]`.
    ///   - weights: what each draw counts, `[draws]`.
    /// - Returns: `[lines]`.
    func margins(_ plan: [Double], weights: [Double]) -> [Double] {
        let periods = response.periods
        let gradient = gradient(of: plan, weights: weights)
        return (0..<response.lines).map { line in
            let cells = line * periods..<(line + 1) * periods
            let spend = cells.reduce(0) { $0 + plan[$1] }
            return request.valuePerOutcome
                * cells.reduce(0) {
                    $0 + gradient[$1] * (spend > 0 ? plan[$1] / spend : 1 / Double(periods))
                }
        }
    }

    private func estimate(_ draws: [Double]) -> BudgetEstimate {
        let sorted = draws.sorted()
        let outside = (1 - request.intervalProbability) / 2
        let low = Diagnostics.quantile(sorted, outside)
        let high = Diagnostics.quantile(sorted, 1 - outside)
        return BudgetEstimate(
            mean: draws.span.sum() / Double(draws.count),
            interval: low...max(low, high)
        )
    }

    private func lines(of plan: [Double]) -> [BudgetPlan.Line] {
        let (periods, draws) = (response.periods, response.draws)
        let even = [Double](repeating: 1 / Double(draws), count: draws)
        let margins = margins(plan, weights: even)
        return request.lines.enumerated().map { index, line in
            let spend = Array(plan[index * periods..<(index + 1) * periods])
            return BudgetPlan.Line(
                name: line.name,
                spend: spend,
                total: spend.span.sum(),
                marginalReturn: margins[index],
                beyond: line.observed.flatMap { beyond(spend, $0) }
            )
        }
    }

    private func beyond(
        _ spend: [Double],
        _ observed: ClosedRange<Double>
    ) -> BudgetPlan.Beyond? {
        var furthest: BudgetPlan.Beyond?
        // Rounding alone leaves nothing.
        let margin = 1e-9 * max(observed.upperBound, unit)
        for amount in spend {
            let excess =
                amount > observed.upperBound
                ? amount - observed.upperBound : min(0, amount - observed.lowerBound)
            guard abs(excess) > max(margin, abs(furthest?.excess ?? 0)) else { continue }
            furthest = BudgetPlan.Beyond(spend: amount, observed: observed, excess: excess)
        }
        return furthest
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
