/// To each channel in proportion to what its removal takes from a Markov chain of the journeys.
public struct Markov: AttributionModel {
    /// `markov`.
    public let name = "markov"
    /// How many touches the chain remembers, from 1 to 6.
    public let order: Int
    /// Whether journeys without a conversion count.
    public let hasNulls: Bool

    /// The model.
    ///
    /// - Parameters:
    ///   - order: how many touches the chain remembers, from 1 to 6.
    ///   - hasNulls: whether journeys without a conversion count; without them, a channel's effect
    ///     is the share of conversions that it is part of.
    /// - Throws: ``AttributionFailure/parameterOutOfRange(_:value:range:)``.
    public init(order: Int = 1, hasNulls: Bool = true) throws(AttributionFailure) {
        guard TransitionCounts.orders.contains(order) else {
            throw .parameterOutOfRange("order", value: Double(order), range: 1...6)
        }
        self.order = order
        self.hasNulls = hasNulls
    }

    /// Total × effect / sum of effects.
    public func credit(_ table: PathTable) throws(AttributionFailure) -> Credit {
        credit(by: try removalEffects(table), of: table)
    }

    /// The model for tables that differ in their weights alone: steps are looked up once.
    public func repeated(
        on table: PathTable
    ) throws(AttributionFailure) -> @Sendable (PathTable) throws(AttributionFailure) -> Credit {
        let steps = try RepeatedCounts(table, order: order)
        return { other throws(AttributionFailure) in
            let counts = steps.counts(other, hasNulls: hasNulls)
            let chain = try MarkovChain(counts, of: other, hasNulls: hasNulls)
            let effects = try chain.removalEffects(channels: other.channels.count)
            return credit(by: effects, of: other)
        }
    }

    /// What each channel's removal takes.
    ///
    /// - Parameter table: the journeys.
    /// - Returns: the effects that credit comes from.
    /// - Throws: ``AttributionFailure``.
    public func removalEffects(_ table: PathTable) throws(AttributionFailure) -> RemovalEffects {
        let chain = try MarkovChain(table, order: order, hasNulls: hasNulls)
        return try chain.removalEffects(channels: table.channels.count)
    }

    /// The credit that effects come to.
    ///
    /// - Parameters:
    ///   - effects: those of the journeys.
    ///   - table: the journeys.
    /// - Returns: total × effect / sum of effects.
    public func credit(by effects: RemovalEffects, of table: PathTable) -> Credit {
        Credit(weights: effects.conversions, valueWeights: effects.value, of: table)
    }
}
