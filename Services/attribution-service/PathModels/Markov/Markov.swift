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
        let chain = try MarkovChain(table, order: order, hasNulls: hasNulls)
        let effects = try chain.removalEffects(channels: table.channels.count)
        return Credit(weights: effects.conversions, valueWeights: effects.value, of: table)
    }
}
