internal import Numerics

/// What plans bring, compared with what is spent now.
public struct BudgetAppraisal: Sendable {
    let response: any BudgetResponse
    let lines: [BudgetLine]
    let valuePerOutcome: Double
    let intervalProbability: Double

    /// A comparison with what is spent now.
    ///
    /// - Parameters:
    ///   - response: what plans bring.
    ///   - lines: what money is given to, in the order of plans; limits are not looked at.
    ///   - valuePerOutcome: what one unit of the outcome is worth, positive.
    ///   - intervalProbability: that of intervals; above 0, below 1.
    public init(
        _ response: any BudgetResponse,
        lines: [BudgetLine],
        valuePerOutcome: Double = 1,
        intervalProbability: Double = 0.9
    ) {
        self.response = response
        self.lines = lines
        self.valuePerOutcome = valuePerOutcome
        self.intervalProbability = intervalProbability
    }

    /// What given spend brings.
    ///
    /// - Parameter spend: `[lines]`, and of each `[periods]`, from 0.
    /// - Returns: the plan.
    /// - Throws: ``BudgetRefusal`` if amounts are missing or negative, or a draw gives no number.
    public func plan(_ spend: [[Double]]) throws(BudgetRefusal) -> BudgetPlan {
        var request = BudgetRequest(lines: lines, unit: .total, goal: .budget(1))
        request.valuePerOutcome = valuePerOutcome
        request.intervalProbability = intervalProbability
        try request.check(lines: response.lines, periods: response.periods)
        guard spend.count == lines.count else {
            throw .badRequest(field: "spend", rule: "there must be one for each line")
        }
        for (line, amounts) in zip(lines, spend) {
            let isSound = amounts.allSatisfy { $0 >= 0 && $0.isFinite }
            guard isSound && amounts.count == response.periods else {
                throw .badRequest(
                    field: line.name,
                    rule: "must have an amount from 0 for each of \(response.periods) periods"
                )
            }
        }
        return try plan(of: spend.flatMap { $0 })
    }

    /// What spend brings.
    ///
    /// - Parameter plan: `[lines × periods]`.
    /// - Returns: the plan, whose utility is the mean.
    /// - Throws: ``BudgetRefusal`` if a draw gives no number.
    func plan(of plan: [Double]) throws(BudgetRefusal) -> BudgetPlan {
        let current = lines.flatMap(\.current)
        let (outcomes, currentOutcomes) = (response.outcomes(plan), response.outcomes(current))
        guard outcomes.span.isFinite() && currentOutcomes.span.isFinite() else {
            throw .draws(of: "model")
        }
        let gains = zip(outcomes, currentOutcomes).map { $0 - $1 }
        let (outcome, currentOutcome) = (estimate(outcomes), estimate(currentOutcomes))
        let (spend, currentSpend) = (plan.span.sum(), current.span.sum())
        return BudgetPlan(
            lines: lines(of: plan),
            spend: spend,
            currentSpend: currentSpend,
            outcome: outcome,
            currentOutcome: currentOutcome,
            utility: outcome.mean,
            gain: estimate(gains),
            gainProbability: Double(gains.count { $0 > 0 }) / Double(gains.count),
            returnOnSpend: ratio(outcome.mean, spend),
            currentReturnOnSpend: ratio(currentOutcome.mean, currentSpend),
            bindings: [],
            search: nil
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
        let gradient = response.evaluate(plan, weights: weights).gradient
        return (0..<response.lines).map { line in
            let cells = line * periods..<(line + 1) * periods
            let spend = cells.reduce(0) { $0 + plan[$1] }
            return valuePerOutcome
                * cells.reduce(0) {
                    $0 + gradient[$1] * (spend > 0 ? plan[$1] / spend : 1 / Double(periods))
                }
        }
    }

    private func ratio(_ outcome: Double, _ spend: Double) -> Double? {
        spend > 0 ? valuePerOutcome * outcome / spend : nil
    }

    private func estimate(_ draws: [Double]) -> BudgetEstimate {
        let sorted = draws.sorted()
        let outside = (1 - intervalProbability) / 2
        let low = Diagnostics.quantile(sorted, outside)
        let high = Diagnostics.quantile(sorted, 1 - outside)
        return BudgetEstimate(
            mean: draws.span.sum() / Double(draws.count),
            interval: low...max(low, high)
        )
    }

    private func lines(of plan: [Double]) -> [BudgetPlan.Line] {
        let periods = response.periods
        let even = BudgetRequest.Utility.evenWeights(draws: response.draws)
        let margins = margins(plan, weights: even)
        // Rounding alone leaves nothing.
        let mean = plan.span.sum() / Double(plan.count)
        return lines.enumerated().map { index, line in
            let spend = Array(plan[index * periods..<(index + 1) * periods])
            return BudgetPlan.Line(
                name: line.name,
                spend: spend,
                total: spend.span.sum(),
                current: line.current.span.sum(),
                marginalReturn: margins[index],
                beyond: line.observed.flatMap { observed in
                    beyond(spend, observed, margin: 1e-9 * max(observed.upperBound, mean))
                }
            )
        }
    }

    private func beyond(
        _ spend: [Double],
        _ observed: ClosedRange<Double>,
        margin: Double
    ) -> BudgetPlan.Beyond? {
        var furthest: BudgetPlan.Beyond?
        for amount in spend {
            let excess =
                amount > observed.upperBound
                ? amount - observed.upperBound : min(0, amount - observed.lowerBound)
            guard abs(excess) > max(margin, abs(furthest?.excess ?? 0)) else { continue }
            furthest = BudgetPlan.Beyond(spend: amount, observed: observed, excess: excess)
        }
        return furthest
    }
}
