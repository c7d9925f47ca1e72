/// What share of conversions and of value a chain loses when it stops wherever a channel comes.
public struct RemovalEffects: Equatable, Sendable {
    /// By channel, of the conversions.
    public internal(set) var conversions: [Double]
    /// By channel, of the value; zeros if nothing is worth anything.
    public internal(set) var value: [Double]
}

extension MarkovChain {
    /// The most states that are solved by elimination; more are iterated.
    static let mostDenseStates = 256

    /// The effect of removing each channel: every state that has it leads to no conversion.
    ///
    /// - Parameter channels: how many channels the table has.
    /// - Returns: numbers from 0 to 1; 0 for channels that no counted journey has.
    /// - Throws: ``AttributionFailure/notSettled(model:steps:)``.
    public func removalEffects(channels: Int) throws(AttributionFailure) -> RemovalEffects {
        if order == 1 { return firstOrderEffects(channels) }
        var effects = RemovalEffects(
            conversions: Array(repeating: 0, count: channels),
            value: Array(repeating: 0, count: channels)
        )
        var isPresent = [Bool](repeating: false, count: channels)
        for state in states {
            for channel in state { isPresent[Int(channel)] = true }
        }
        let present = (0..<channels).filter { isPresent[$0] }.map(ChannelNames.ID.init)
        let rest =
            states.count <= Self.mostDenseStates
            ? present.map(denseRemoval) : try RemovalIteration(self).removals(present)
        for (channel, rest) in zip(present, rest) {
            effects.conversions[Int(channel)] = 1 - rest.conversions / conversionProbability
            let value = valuePerJourney
            effects.value[Int(channel)] = value == 0 ? 0 : 1 - rest.value / value
        }
        return effects
    }

    /// One elimination: removing channel c loses f h / N, where f is how often a journey visits c,
    /// h how likely it converts from there, and N how often it comes back, the first time counted.
    private func firstOrderEffects(_ channels: Int) -> RemovalEffects {
        var effects = RemovalEffects(
            conversions: Array(repeating: 0, count: channels),
            value: Array(repeating: 0, count: channels)
        )
        let chain = DenseChain(self, keeping: Array(states.indices))
        let rates = states.indices.map(rates)
        let converts = chain.solve(rates.map(\.conversions))
        let isWorth = chain.solve(rates.map(\.value))
        let value = valuePerJourney
        for (state, channel) in states.enumerated() {
            // Visits of the chain are those that were counted.
            let reached =
                Double(visits[state]) / Double(totalJourneys) / chain.visits(state)
            let channel = Int(channel[0])
            effects.conversions[channel] = reached * converts[state] / conversionProbability
            effects.value[channel] = value == 0 ? 0 : reached * isWorth[state] / value
        }
        return effects
    }

    /// What a journey converts, and what it is worth, without a channel.
    private func denseRemoval(
        _ channel: ChannelNames.ID
    ) -> (conversions: Double, value: Double) {
        let kept = states.indices.filter { !states[$0].contains(channel) }
        let chain = DenseChain(self, keeping: kept)
        let converts = chain.solve(kept.map { rates($0).conversions })
        let isWorth = chain.solve(kept.map { rates($0).value })
        var rest = (conversions: 0.0, value: 0.0)
        for (place, state) in kept.enumerated() {
            let start = Double(starts[state]) / Double(totalJourneys)
            rest.conversions += start * converts[place]
            rest.value += start * isWorth[place]
        }
        return rest
    }
}
