internal import PathModels

/// What a model has found in the journeys that it looked at.
struct ModelSolution: Sendable {
    let division: TouchDivision
    /// What each channel gets.
    let credit: Credit
    /// The chain of a Markov model, and the effects that its credit comes from.
    let chain: (chain: MarkovChain, effects: RemovalEffects)?

    /// Runs a model.
    ///
    /// - Parameters:
    ///   - model: any.
    ///   - table: the journeys.
    /// - Throws: `AttributionFailure`.
    init(_ model: any AttributionModel, of table: PathTable) throws(AttributionFailure) {
        var markov = model as? Markov
        if let automatic = model as? AutomaticMarkov { markov = try automatic.best(for: table) }
        if let markov {
            let chain = try MarkovChain(table, order: markov.order, hasNulls: markov.hasNulls)
            let effects = try chain.removalEffects(channels: table.channels.count)
            credit = markov.credit(by: effects, of: table)
            division = .normalised(credit)
            self.chain = (chain, effects)
        } else {
            division = try model.division(table)
            credit = try division.credit(table)
            chain = nil
        }
    }
}
