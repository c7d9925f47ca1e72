internal import Numerics

/// Outcomes of media that carry over, level off and add up.
///
/// What is counted is what a plan brings beyond what spend before it brings anyway, in its periods
/// and in as many after its end, in which nothing is spent, as
/// ``init(lines:periods:periodsAfter:)`` is told.
public struct CarryOverResponse: BudgetResponse {
    /// How many periods plans have.
    public let periods: Int
    /// How many draws there are.
    public let draws: Int
    /// By line.
    private let parts: [[Part]]
    /// How many periods are counted.
    private let length: Int
    /// What each draw brings if nothing is spent, `[draws]`.
    private var nothing: [Double]

    /// Outcomes of media.
    ///
    /// - Parameters:
    ///   - lines: what the money of each line does, at least one part each, all with as many draws.
    ///   - periods: how many periods plans have, from 1.
    ///   - periodsAfter: how many periods after them are counted too, in which nothing is spent.
    public init(lines: [[Part]], periods: Int, periodsAfter: Int) {
        precondition(periods > 0 && periodsAfter >= 0, "a plan has amounts")
        let counts = Set(lines.joined().map(\.coefficients.count))
        precondition(counts.count == 1, "lines have as many draws")
        precondition(lines.allSatisfy { !$0.isEmpty }, "a line's money does something")
        draws = counts.first ?? 0
        precondition(draws > 0, "there are draws of an outcome")
        parts = lines
        self.periods = periods
        length = periods + periodsAfter
        nothing = Array(repeating: 0, count: draws)
        var before = nothing
        let plan = [Double](repeating: 0, count: lines.count * periods)
        var span = before.mutableSpan
        outcomes(of: plan.span, into: &span)
        nothing = before
    }

    /// How many lines plans have.
    public var lines: Int { parts.count }

    /// Whether no line has an S-shape, and none a negative effect.
    public var isConcave: Bool {
        parts.joined().allSatisfy { $0.medium.isConcave && $0.coefficients.allSatisfy { $0 >= 0 } }
    }

    /// How many numbers it takes to know the outcomes of a plan.
    public var work: Int {
        parts.joined().reduce(0) { $0 + ($1.before.count + length) } * draws
    }

    /// The outcomes of a plan.
    public func outcomes(of plan: Span<Double>, into outcomes: inout MutableSpan<Double>) {
        var unasked: [Double] = []
        respond(to: plan, into: &outcomes, weights: nil, gradient: &unasked)
    }

    /// The outcomes of a plan, and the gradient of a weighted sum of them.
    public func evaluate(
        _ plan: Span<Double>,
        weights: Span<Double>,
        outcomes: inout MutableSpan<Double>,
        gradient: inout MutableSpan<Double>
    ) {
        precondition(gradient.count == plan.count, "each amount has a derivative")
        precondition(weights.count == draws, "each draw has a weight")
        var found = [Double](repeating: 0, count: plan.count)
        let weights = weights.indices.map { weights[$0] }
        respond(to: plan, into: &outcomes, weights: weights, gradient: &found)
        gradient.copy(found.span)
    }

    private func respond(
        to plan: Span<Double>,
        into outcomes: inout MutableSpan<Double>,
        weights: [Double]?,
        gradient: inout [Double]
    ) {
        precondition(plan.count == lines * periods, "a plan has an amount for each cell")
        precondition(outcomes.count == draws, "each draw has an outcome")
        for draw in outcomes.indices { outcomes[draw] = -nothing[draw] }
        for line in parts.indices {
            let cells = line * periods..<(line + 1) * periods
            for part in parts[line] {
                var work = Work(part, plan.extracting(cells), length: length)
                var own = [Double](repeating: 0, count: length)
                for draw in outcomes.indices {
                    let coefficient = part.coefficients[draw]
                    outcomes[draw] += coefficient * part.medium.respond(draw, &work)
                    guard let weight = weights?[draw], weight != 0 else { continue }
                    let factor = weight * coefficient * part.amountPerMoney
                    part.medium.pull(draw, times: factor, &work, into: &own)
                }
                guard weights != nil else { continue }
                for (cell, derivative) in zip(cells, own) { gradient[cell] += derivative }
            }
        }
    }
}
