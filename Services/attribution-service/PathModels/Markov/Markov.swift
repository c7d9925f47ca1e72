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

    /// The model for journeys that are drawn again: steps are looked up once.
    public func repeated(
        on source: Replicates
    ) throws(AttributionFailure) -> @Sendable (Range<Int>) -> [Replicates.Outcome] {
        let steps = try RepeatedCounts(source, order: order, hasNulls: hasNulls)
        let channels = source.table.channels.count
        return { numbers in
            steps.counts(numbers).map { counts in
                Replicates.Outcome { () throws(AttributionFailure) in
                    let chain = try MarkovChain(counts)
                    let effects = try chain.removalEffects(channels: channels)
                    return Credit(
                        conversions: chain.totalConversions,
                        by: effects.conversions,
                        value: chain.totalValue,
                        by: effects.value
                    )
                }
            }
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
