extension BudgetResponse {
    /// The outcomes of a plan, `[draws]`.
    func outcomes(_ plan: [Double]) -> [Double] {
        var outcomes = [Double](repeating: 0, count: draws)
        var span = outcomes.mutableSpan
        self.outcomes(of: plan.span, into: &span)
        return outcomes
    }

    /// The outcomes of a plan, `[draws]`, and the gradient of their weighted sum,
    /// `[lines × periods]`.
    func evaluate(
        _ plan: [Double],
        weights: [Double]
    ) -> (outcomes: [Double], gradient: [Double]) {
        var outcomes = [Double](repeating: 0, count: draws)
        var gradient = [Double](repeating: 0, count: plan.count)
        var outcomeSpan = outcomes.mutableSpan
        var gradientSpan = gradient.mutableSpan
        evaluate(plan.span, weights: weights.span, outcomes: &outcomeSpan, gradient: &gradientSpan)
        return (outcomes, gradient)
    }
}
