internal import Numerics

/// What spend causes: orders, by channel, state and day.
struct MediaEffects: Sendable {
    let channels: [MediaChannel]
    let populations: [Double]
    let days: Int
    let plan: MediaPlan
    /// Orders of a day in all states where the response is 1, by channel.
    let coefficients: [Double]
    /// What effects of a day are multiplied with: how willing people are, by day.
    let willingness: [Double]
    /// Orders caused, by channel, at the first state's first day first, `[geos * days]`.
    let rates: [[Double]]

    /// Works out effects.
    ///
    /// - Parameters:
    ///   - channels: of what.
    ///   - populations: of the states.
    ///   - plan: what is spent.
    ///   - undisturbed: what would be spent had nothing been planted, which sets coefficients.
    ///   - drift: how much more people want to buy than usual, by day.
    ///   - planted: what is changed on purpose.
    init(
        _ channels: [MediaChannel],
        populations: [Int],
        _ plan: MediaPlan,
        undisturbed: MediaPlan,
        drift: [Double],
        _ planted: PlantedEvents
    ) {
        self.channels = channels
        self.populations = populations.map(Double.init)
        self.plan = plan
        days = drift.count
        let moods = drift.map { $0.squareRoot() }
        willingness = moods.indices.map { moods[$0] * planted.orderFactor(day: $0) }
        coefficients = channels.indices.map { number in
            let responses = Self.responses(
                channels[number],
                undisturbed.spend[number].map(Double.init),
                undisturbed.references[number],
                populations.map(Double.init)
            )
            let days = moods.count
            let response = responses.indices.reduce(0) { $0 + responses[$1] * moods[$1 % days] }
            let spent = Double(undisturbed.spend[number].reduce(0, +))
            guard response > 0 else { return 0 }
            return channels[number].plannedReturn * spent / SimulatedOrder.meanCents / response
        }
        var rates: [[Double]] = []
        for number in channels.indices {
            rates.append(
                Self.rates(
                    Self.responses(
                        channels[number],
                        plan.spend[number].map(Double.init),
                        plan.references[number],
                        self.populations
                    ),
                    coefficients[number],
                    willingness
                )
            )
        }
        self.rates = rates
    }

    /// Orders that a channel would cause if something else were spent on it.
    ///
    /// - Parameters:
    ///   - number: the channel.
    ///   - spend: cents, at the first state's first day first, `[geos * days]`.
    /// - Returns: orders in the same order.
    func rates(of number: Int, spending spend: [Double]) -> [Double] {
        let responses = Self.responses(
            channels[number],
            spend,
            plan.references[number],
            populations
        )
        return Self.rates(responses, coefficients[number], willingness)
    }

    private static func rates(
        _ responses: [Double],
        _ coefficient: Double,
        _ willingness: [Double]
    ) -> [Double] {
        responses.indices.map {
            coefficient * responses[$0] * willingness[$0 % willingness.count]
        }
    }

    /// Responses to what is carried over, each multiplied with the state's part of all people.
    private static func responses(
        _ channel: MediaChannel,
        _ spend: [Double],
        _ reference: Double,
        _ populations: [Double]
    ) -> [Double] {
        let weights = channel.carryOver.weights
        let people = populations.reduce(0, +)
        let days = spend.count / populations.count
        return spend.indices.map { place in
            let (geo, day) = place.quotientAndRemainder(dividingBy: days)
            var carried = 0.0
            for lag in 0...min(day, CarryOver.lags - 1) {
                carried += weights[lag] * spend[place - lag]
            }
            let amount = carried / (populations[geo] * reference)
            return channel.levellingOff.response(to: amount) * populations[geo] / people
        }
    }
}
