internal import Messages
internal import PathModels

extension AttributionV1.TransitionMatrix {
    /// How many states are told at most.
    static let mostStates = 200

    /// The message of a chain.
    ///
    /// - Parameters:
    ///   - chain: a chain of journeys.
    ///   - effects: what removals take from it.
    ///   - credited: the channels in the order in which they are told.
    ///   - channels: their names and numbers.
    ///   - most: how many states are told.
    init(
        _ chain: MarkovChain,
        _ effects: RemovalEffects,
        beside credited: [AttributionV1.ChannelCredit],
        _ channels: ChannelNames,
        most: Int
    ) {
        self.init()
        let matrix = PathModels.TransitionMatrix(chain, most: most)
        order = Int32(chain.order)
        conversionProbability = chain.conversionProbability
        states = matrix.states.map { state in
            var message = State()
            message.channels = state.channels.map { channels.names[Int($0)] }
            message.visits = Int64(state.visits)
            return message
        }
        restStates = Int32(clamping: matrix.rest.states)
        restVisits = Int64(matrix.rest.visits)
        steps = matrix.steps.map { step in
            var message = Step()
            (message.source, message.sourceState) = Self.place(step.source)
            (message.target, message.targetState) = Self.place(step.target)
            message.count = Int64(step.count)
            message.probability = step.probability
            return message
        }
        removalEffects = credited.compactMap { credit in
            guard let place = channels.existing(credit.channel) else { return nil }
            var effect = RemovalEffect()
            effect.channel = credit.channel
            effect.conversions = effects.conversions[Int(place)]
            effect.value = effects.value[Int(place)]
            return effect
        }
    }

    private static func place(
        _ place: PathModels.TransitionMatrix.Place
    ) -> (Place, Int32?) {
        switch place {
        case .start: (.start, nil)
        case .state(let state): (.state, Int32(state))
        case .rest: (.rest, nil)
        case .conversion: (.conversion, nil)
        case .null: (.null, nil)
        }
    }
}
