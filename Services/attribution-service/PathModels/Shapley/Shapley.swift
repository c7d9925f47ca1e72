/// To each channel in proportion to what it adds to the conversion rate when channels join one by
/// one, averaged over all orders of joining.
///
/// A set of channels is worth the conversions by the journeys that need no other channel. That is
/// no monotone game: a channel that lowers rates has negative credit. Up to 20 channels all sets
/// are looked at; above it orders are sampled, and the credit has standard errors.
public struct Shapley: AttributionModel {
    /// `shapley`.
    public let name = "shapley"
    /// How many orders are sampled where not all sets are looked at.
    public let permutations: Int
    /// What sampled orders come from.
    public let seed: UInt64
    /// How many orders there may be.
    public static let permutationRange = 100...1_000_000

    /// The model.
    ///
    /// - Parameters:
    ///   - permutations: how many orders are sampled above 20 channels; an odd number is one more.
    ///   - seed: what they come from.
    /// - Throws: ``AttributionFailure/parameterOutOfRange(_:value:range:)``.
    public init(permutations: Int = 2_000, seed: UInt64 = 0) throws(AttributionFailure) {
        guard Self.permutationRange.contains(permutations) else {
            throw .parameterOutOfRange(
                "permutations",
                value: Double(permutations),
                range: 100...1_000_000
            )
        }
        self.permutations = permutations
        self.seed = seed
    }

    /// Total × what a channel adds / the rate of all journeys.
    public func credit(_ table: PathTable) throws(AttributionFailure) -> Credit {
        try table.needConversions()
        let game = try RateGame(table)
        let count = table.channels.count
        guard game.channels.count > RateGame.mostExact else {
            let gains = game.exact()
            return Credit(
                weights: game.spread(gains.conversions, over: count),
                valueWeights: game.spread(gains.value, over: count),
                of: table
            )
        }
        let sample = game.sample(pairs: (permutations + 1) / 2, seed: seed)
        let credit = Credit(
            weights: game.spread(sample.conversions.means, over: count),
            valueWeights: game.spread(sample.value.means, over: count),
            of: table
        )
        // In each order the gains add up to the rate of all journeys, so errors scale as credit.
        let scale = Double(table.totalConversions + table.totalNulls)
        return Credit(
            conversions: credit.conversions,
            value: credit.value,
            errors: Credit.Errors(
                conversions: game.spread(sample.conversions.errors.map { $0 * scale }, over: count),
                value: game.spread(sample.value.errors.map { $0 * scale }, over: count)
            )
        )
    }
}
