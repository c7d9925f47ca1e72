internal import Numerics

enum HalfLives {
    /// What is left of 1 after so many half-lives.
    static func power(_ halfLives: Double) -> Double {
        // Whole half-lives are exact: only the rest of one goes through a logarithm.
        let whole = halfLives.rounded(.down)
        guard whole < 1_074 else { return 0 }
        let rest = Elementary.exp(-(halfLives - whole) * 0.693_147_180_559_945_3)
        return rest * Double(sign: .plus, exponent: -Int(whole), significand: 1)
    }
}
