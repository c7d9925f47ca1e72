/// How a model divides single journeys among their touches, once it has seen all of them.
public enum TouchDivision: Sendable {
    /// By a rule: credit of touches adds up to the model's credit of channels.
    case rule(any PathRule)
    /// In proportion to the credit of channels, which is all that the model knows:
    /// `journey_normalised`.
    case normalised(Credit)

    /// What each touch of a journey gets of its conversion: two lists of numbers, 1 in all.
    public struct Shares: Equatable, Sendable {
        /// Of the conversion.
        public let conversion: [Double]
        /// Of its value.
        public let value: [Double]
    }

    /// The model's credit of channels.
    ///
    /// - Parameter table: the journeys that the division is of.
    /// - Returns: what `credit` of the model says.
    /// - Throws: ``AttributionFailure``.
    public func credit(_ table: PathTable) throws(AttributionFailure) -> Credit {
        switch self {
        case .rule(let rule): try rule.credit(table)
        case .normalised(let credit): credit
        }
    }

    /// What the touches of a journey get.
    ///
    /// - Parameters:
    ///   - path: the number of the journey's path.
    ///   - table: the journeys that the division is of.
    /// - Returns: one share for each touch.
    /// - Throws: ``AttributionFailure``, if times are missing, or too much.
    public func shares(
        _ path: Int,
        of table: PathTable
    ) throws(AttributionFailure) -> Shares {
        switch self {
        case .rule(let rule):
            let shares = try rule.touchShares(path, of: table)
            return Shares(conversion: shares, value: shares)
        case .normalised(let credit):
            return Shares(
                conversion: TouchCredit.shares(table.path(path), credit: credit.conversions),
                value: TouchCredit.shares(table.path(path), credit: credit.value)
            )
        }
    }
}

extension AttributionModel {
    /// A model that knows credit of channels only.
    public func division(_ table: PathTable) throws(AttributionFailure) -> TouchDivision {
        .normalised(try credit(table))
    }
}

extension PathRule {
    /// The rule is its own.
    public func division(_ table: PathTable) throws(AttributionFailure) -> TouchDivision {
        .rule(self)
    }
}

extension AdditiveHazard {
    /// By the hazards that fit the journeys.
    public func division(_ table: PathTable) throws(AttributionFailure) -> TouchDivision {
        .rule(try fit(table))
    }
}
