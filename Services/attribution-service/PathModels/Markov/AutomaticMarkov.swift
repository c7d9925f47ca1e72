/// A Markov chain of the order that suits the journeys.
public struct AutomaticMarkov: AttributionModel {
    /// How an order is chosen.
    public enum Choice: Sendable {
        /// By how well it foretells journeys that it has not seen: ``OrderByLikelihood``.
        case likelihood
        /// By ChannelAttribution's penalised area: ``OrderByAUC``.
        case area
    }

    /// `markov_auto`.
    public let name = "markov_auto"
    /// How the order is chosen.
    public let choice: Choice

    /// The model.
    ///
    /// - Parameter choice: how the order is chosen.
    public init(by choice: Choice = .likelihood) { self.choice = choice }

    /// The model of the best order from 1 to 6, or to the highest that so many channels fit.
    ///
    /// Intervals are of this model: choosing anew for each replicate takes far longer.
    ///
    /// - Parameter table: the journeys.
    /// - Returns: a model that is the same for the same journeys; of equal orders the lowest.
    /// - Throws: ``AttributionFailure``.
    public func best(for table: PathTable) throws(AttributionFailure) -> Markov {
        let fitting = TransitionCounts.orders.last { order in
            table.channels.count <= OrderByLikelihood.mostChannels(order: order)
        }
        let orders = 1...(fitting ?? 1)
        let scores =
            switch choice {
            case .likelihood:
                try OrderByLikelihood.scores(table, orders: orders).map(\.logLikelihood)
            case .area: try OrderByAUC.scores(table, orders: orders).map(\.penalised)
            }
        var best = 0
        for index in scores.indices where scores[index] > scores[best] { best = index }
        return try Markov(order: orders.lowerBound + best)
    }

    /// The credit of the best order.
    public func credit(_ table: PathTable) throws(AttributionFailure) -> Credit {
        try best(for: table).credit(table)
    }
}
