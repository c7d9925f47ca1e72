/// How much a search has done, of what it may do: the same on any machine, however busy it is.
final class BudgetEffort {
    /// The most numbers that a search may work through, of outcomes or what takes as long: some
    /// half a minute of one core.
    private static let most = 4_000_000_000
    /// How many plans it may look at whatever they take.
    private static let leastEvaluations = 100

    /// How many plans it has looked at.
    private(set) var evaluations = 0
    private let each: Int
    private var left: Int

    /// What is allowed.
    ///
    /// - Parameters:
    ///   - problem: what is searched.
    ///   - share: of the whole effort, above 0 and up to 1.
    init(_ problem: BudgetProblem, share: Double) {
        // A number of an outcome takes as long as 25 of a quadratic program. With a goal for the
        // outcome, programs are of many variables too.
        let isFree =
            switch problem.request.goal {
            case .budget, .marginalReturn: true
            case .returnOnSpend, .outcome: false
            }
        let count = problem.count
        let programs = problem.isLarge && isFree ? 0 : count * count * count / 25
        each = max(1, problem.response.work + programs)
        left = max(Self.leastEvaluations * each, Int(share * Double(Self.most)))
    }

    /// Whether nothing more may be done.
    var isUsedUp: Bool { left < each }

    /// How many plans may still be looked at.
    var evaluationsLeft: Int { max(0, left / each) }

    /// Counts a plan that is looked at.
    func countEvaluation() {
        evaluations += 1
        left -= each
    }

    /// Counts rounds that went through so many variables, which keep limits.
    func count(rounds: Int, of variables: Int) { left -= rounds * variables * 2 }
}
