internal import Numerics

/// How what was spent on a day works on the days after it.
public enum CarryOver: Hashable, Sendable {
    /// α^l after l days; α from 0 to 1.
    case geometric(Double)
    /// (l + 1) e^(−l ÷ s) after l days: it builds up before it fades; the scale s in days.
    case gamma(Double)

    /// On how many days there is an effect, that of the spend among them.
    public static let lags = 28

    /// The part of the effect that comes after each number of days; 1 in all.
    public var weights: [Double] {
        var weights: [Double] = []
        switch self {
        case .geometric(let share):
            var weight = 1.0
            for _ in 0..<Self.lags {
                weights.append(weight)
                weight *= share
            }
        case .gamma(let scale):
            weights = (0..<Self.lags).map { Double($0 + 1) * Elementary.exp(-Double($0) / scale) }
        }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }
}

/// How the effect of more and more spend levels off.
public enum LevellingOff: Hashable, Sendable {
    /// tanh(r x ÷ 2); the rate r.
    case logistic(Double)
    /// ln(1 + x ÷ s), which has no end; the scale s.
    case logarithmic(Double)

    /// The response to an amount that is not negative; 1 is a usual one.
    public func response(to amount: Double) -> Double {
        switch self {
        case .logistic(let rate): Elementary.tanh(rate * amount / 2)
        case .logarithmic(let scale): Elementary.logOnePlus(amount / scale)
        }
    }
}
