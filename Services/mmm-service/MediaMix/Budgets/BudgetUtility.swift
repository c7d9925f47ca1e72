internal import Numerics

extension BudgetRequest.Utility {
    /// What is sought of the outcomes, and its derivatives by them.
    ///
    /// - Parameters:
    ///   - outcomes: `[draws]`.
    ///   - weights: `[draws]`, to be filled with the derivatives.
    /// - Returns: the utility.
    func value(of outcomes: [Double], weights: inout [Double]) -> Double {
        let count = Double(outcomes.count)
        let mean = outcomes.span.sum() / count
        weights = Self.evenWeights(draws: outcomes.count)
        switch self {
        case .mean: return mean
        case .meanLessDeviations(let factor):
            guard outcomes.count > 1 else { return mean }
            let squares = outcomes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let deviation = (squares / (count - 1)).squareRoot()
            // Where all outcomes are equal, no draw is what makes them differ.
            guard deviation > 0 else { return mean }
            for draw in weights.indices {
                weights[draw] -= factor * (outcomes[draw] - mean) / ((count - 1) * deviation)
            }
            return mean - factor * deviation
        case .meanOfWorst(let share):
            let wanted = share * count
            var (sum, left) = (0.0, wanted)
            for draw in outcomes.indices.sorted(by: { outcomes[$0] < outcomes[$1] }) {
                // The last of the worst draws counts in part, if need be.
                let part = min(max(left, 0), 1)
                weights[draw] = part / wanted
                sum += part * outcomes[draw]
                left -= 1
            }
            return sum / wanted
        }
    }

    /// What each draw of a mean counts, `[draws]`.
    static func evenWeights(draws: Int) -> [Double] {
        [Double](repeating: 1 / Double(draws), count: draws)
    }

    /// Whether the utility of concave outcomes is concave and smooth.
    var isWellBehaved: Bool { self == .mean }
}
