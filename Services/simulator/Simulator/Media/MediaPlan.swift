internal import Numerics

/// What is spent on channels, by state and day, in cents.
struct MediaPlan: Sendable {
    /// By channel, at the first state's first day first, `[geos * days]`.
    let spend: [[Int]]
    /// A usual day's cents for each head, by channel: what an amount of 1 stands for.
    let references: [Double]

    /// The part of what orders are worth that is spent on media.
    static let budgetShare = 0.18

    /// Plans what is spent.
    ///
    /// - Parameters:
    ///   - channels: on what.
    ///   - scale: for how many days and states.
    ///   - streams: the world's.
    ///   - calendar: its days.
    ///   - demand: what spend follows, where it does.
    ///   - planted: what is changed on purpose.
    init(
        _ channels: [MediaChannel],
        _ scale: WorldScale,
        _ streams: WorldStreams,
        _ calendar: WorldCalendar,
        following demand: Demand,
        _ planted: PlantedEvents
    ) {
        let populations = USState.all.prefix(scale.geos).map { Double($0.population) }
        let people = populations.reduce(0, +)
        let budget = Self.budgetShare * scale.ordersPerDay * SimulatedOrder.meanCents
        let moods = Self.moods(demand.drift)
        references = channels.map { budget * $0.budgetShare / people }
        spend = channels.enumerated().map { number, channel in
            let levels = Self.levels(channel, number, streams, scale.days)
            return populations.enumerated().flatMap { geo, population in
                var random = streams.stream(.spend, UInt64(number << 8 | geo))
                let usual =
                    budget * channel.budgetShare * population / people * random.factor(0.25)
                return (0..<scale.days).map { day in
                    let wave = Wave(turns: calendar.yearPhases[day] - 0.85)
                    let noise = random.factor(0.15)
                    let regular = usual * levels[day] * (1 + 0.15 * wave.cosine) * moods[day]
                    let factor = planted.spendFactor(channel: number, geo: geo, day: day)
                    return Int((regular * noise * factor).rounded())
                }
            }
        }
    }

    /// How high a channel flies: for some weeks each, around 1.
    private static func levels(
        _ channel: MediaChannel,
        _ number: Int,
        _ streams: WorldStreams,
        _ days: Int
    ) -> [Double] {
        var random = streams.stream(.plans, UInt64(number))
        var levels: [Double] = []
        while levels.count < days {
            let weeks = 1 + random.integer(below: 5)
            let isDark = random.happens(channel.darkShare)
            let level = random.factor(0.8) / (1 - channel.darkShare)
            levels += Array(repeating: isDark ? 0 : level, count: 7 * weeks)
        }
        return levels
    }

    /// What planners make of the last week's demand: 1 where it does not drift.
    private static func moods(_ drift: [Double]) -> [Double] {
        drift.indices.map { day in
            let week = drift[max(0, day - 7)..<day]
            guard !week.isEmpty else { return 1 }
            return Elementary.exp(0.8 * Elementary.log(week.reduce(0, +) / Double(week.count)))
        }
    }
}
