/// What a spend plan brings, by each draw of a posterior.
///
/// A plan is `[lines × periods]`: a line is what money is given to, a channel or a channel in one
/// geo, and its amounts stand side by side, each what is spent in that period. The outcome is that
/// of all periods and of those after the plan's end into which its effects carry over.
public protocol BudgetResponse: Sendable {
    /// How many lines plans have.
    var lines: Int { get }
    /// How many periods plans have.
    var periods: Int { get }
    /// How many draws there are.
    var draws: Int { get }
    /// Whether the outcome of every draw is concave in the plan, so that a local optimum of its
    /// mean is the best there is.
    var isConcave: Bool { get }

    /// How many numbers it takes to know the outcomes of a plan: what bounds a search's effort.
    var work: Int { get }

    /// The outcomes of a plan.
    ///
    /// - Parameters:
    ///   - plan: `[lines × periods]`, none negative.
    ///   - outcomes: `[draws]`, to be filled.
    func outcomes(of plan: Span<Double>, into outcomes: inout MutableSpan<Double>)

    /// The outcomes of a plan, and the gradient of a weighted sum of them: Σ weight · outcome over
    /// the draws.
    ///
    /// - Parameters:
    ///   - plan: `[lines × periods]`, none negative.
    ///   - weights: `[draws]`.
    ///   - outcomes: `[draws]`, to be filled.
    ///   - gradient: `[lines × periods]`, to be filled.
    func evaluate(
        _ plan: Span<Double>,
        weights: Span<Double>,
        outcomes: inout MutableSpan<Double>,
        gradient: inout MutableSpan<Double>
    )
}
