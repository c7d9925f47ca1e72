internal import Numerics

/// What is sampled of a medium's strength, and how its coefficient comes of it.
///
/// coefficient = sampled × scale ÷ total, where the total is a sum of responses.
enum EffectLink: Sendable {
    /// The coefficient itself.
    case coefficient
    /// The response to a usual amount: that is what data tell, while the coefficient and the
    /// saturation make up for each other.
    case response(at: Double)
    /// What it earned in all over `scale`, where a response of 1 in a geo and period earns the
    /// `earnings` there.
    case earnings([Double], scale: Double)
    /// Likewise, of what a hundredth more of it would have earned.
    case marginalEarnings([Double], scale: Double)

    /// By how much more there is of a medium for marginal earnings.
    static let step = 0.01

    var scale: Double {
        switch self {
        case .coefficient, .response: 1
        case .earnings(_, let scale), .marginalEarnings(_, let scale): scale
        }
    }

    /// What responses earn; empty where they do not count.
    var earnings: [Double] {
        switch self {
        case .coefficient, .response: []
        case .earnings(let earnings, _), .marginalEarnings(let earnings, _): earnings
        }
    }
}
