internal import Numerics

/// What people would buy without advertising, by state and day, and what moves it.
public struct Demand: Sendable {
    /// Orders of a day, at the first state's first day first, `[geos * days]`.
    let rates: [Double]
    /// How much more people want to buy than usual, by day; 1 throughout where causes add up.
    let drift: [Double]
    /// Whether there is a promotion, by day.
    public let promotions: [Bool]
    /// What things cost, 1 being usual, by day; with four digits, as files have it.
    public let prices: [Double]
    /// What moves demand, for what is told of the truth.
    public let parameters: Parameters

    /// What moves demand: parts of its level.
    public struct Parameters: Hashable, Sendable {
        /// From the first day to the last.
        public var trend = 0.12
        /// Sines of the year and of the half year.
        public var sines: [Double] = []
        /// Their cosines.
        public var cosines: [Double] = []
        /// From Monday.
        public var weekdays = [-0.02, -0.03, -0.02, 0, 0.02, 0.05, 0]
        /// On a day of a promotion.
        public var promotion = 0.18
        /// For prices twice as high.
        public var price = -0.8
        /// On Thanksgiving, and the day after; on other holidays less is bought.
        public var holiday = 0.35
        /// Of a day in all states together.
        public var dayNoise = 0.02
        /// Of a day in a state.
        public var placeNoise = 0.05
        /// How much of yesterday's drift is left; 0 where there is none.
        public var memory = 0.0
        /// By how much it changes on a day.
        public var shock = 0.0
        /// Email's part.
        public var emailShare = 0.06
        /// The partners' part.
        public var affiliateShare = 0.07
    }

    /// Draws the demand of a world.
    ///
    /// - Parameters:
    ///   - streams: the world's.
    ///   - forms: by what formulae it works.
    ///   - calendar: its days.
    ///   - populations: of its states.
    ///   - level: orders of a usual day in all of them.
    init(
        _ streams: WorldStreams,
        _ forms: WorldForms,
        _ calendar: WorldCalendar,
        populations: [Int],
        level: Double
    ) {
        var random = streams.stream(.demand)
        var parameters = Parameters()
        for amplitude in [0.12, 0.05] {
            let wave = Wave(turns: random.uniform())
            parameters.sines.append(amplitude * wave.sine)
            parameters.cosines.append(amplitude * wave.cosine)
        }
        if forms == .other { (parameters.memory, parameters.shock) = (0.97, 0.018) }
        let days = calendar.texts.count
        let (promotions, prices) = Self.covariates(streams, days)
        self.promotions = promotions
        self.prices = prices
        self.parameters = parameters
        var shocks = streams.stream(.demand, 1)
        var (drift, state): ([Double], Double) = ([], 0)
        // Shocks of today, which no model sees ahead; and parts that all states have in common.
        let common = (0..<days).map { day in
            state = parameters.memory * state + parameters.shock * shocks.normal()
            drift.append(Elementary.exp(state))
            return parameters.regular(day, calendar, promotions[day], prices[day])
                + parameters.dayNoise * shocks.normal()
        }
        self.drift = drift
        let people = Double(populations.reduce(0, +))
        rates = populations.enumerated().flatMap { geo, population in
            var local = streams.stream(.demand, 2 + UInt64(geo))
            let usual = level * Double(population) / people * local.factor(0.15)
            return (0..<days).map { day in
                let change = common[day] + parameters.placeNoise * local.normal()
                switch forms {
                case .mixModel: return usual * max(0.05, 1 + change)
                case .other: return usual * drift[day] * Elementary.exp(change)
                }
            }
        }
    }

    /// Promotions of two weeks, and prices that drift around 1.
    private static func covariates(
        _ streams: WorldStreams,
        _ days: Int
    ) -> (promotions: [Bool], prices: [Double]) {
        var random = streams.stream(.demand, 1_000)
        var (promotions, prices): ([Bool], [Double]) = ([], [])
        var (isOn, price) = (false, 0.0)
        for day in 0..<days {
            if day % 14 == 0 { isOn = random.happens(0.2) }
            price = 0.95 * price + 0.01 * random.normal()
            promotions.append(isOn)
            prices.append((10_000 * (1 + price)).rounded() / 10_000)
        }
        return (promotions, prices)
    }
}

extension Demand.Parameters {
    /// The part by which a day differs from a usual one, without noise.
    func regular(
        _ day: Int,
        _ calendar: WorldCalendar,
        _ hasPromotion: Bool,
        _ price: Double
    ) -> Double {
        var change = trend * Double(day) / Double(calendar.texts.count)
        for order in sines.indices {
            let wave = Wave(turns: Double(order + 1) * calendar.yearPhases[day])
            change += sines[order] * wave.sine + cosines[order] * wave.cosine
        }
        change += weekdays[calendar.weekday(day)]
        change += (hasPromotion ? promotion : 0) + self.price * (price - 1)
        switch calendar.holidays[day] {
        case "Thanksgiving", "Black Friday": change += holiday
        case .some: change -= holiday / 2
        case nil: break
        }
        return change
    }
}
