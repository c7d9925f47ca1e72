/// What money spent on a channel really brought.
public struct ChannelTruth: Hashable, Sendable {
    /// What was spent, in the world's currency.
    public let spend: Double
    /// How many orders are expected to have been caused.
    public let orders: Double
    /// What they are expected to be worth.
    public let revenue: Double
    /// What a hundredth more spend, on every day, would have brought for each unit of it.
    public let marginalReturn: Double

    /// What was brought for each unit of money; 0 if none was spent.
    public var returnOnSpend: Double { spend > 0 ? revenue / spend : 0 }
}

/// What a test by states really changed.
public struct GeoTestTruth: Hashable, Sendable {
    /// How much more was spent in the treated states, in the world's currency; negative for less.
    public let spendDelta: Double
    /// How many more orders are expected in the treated states on the days of the test.
    public let orders: Double
    /// How many more there are with those that the effect carries into the days after.
    public let ordersInAll: Double
}

extension World {
    /// What money spent on a channel really brought.
    ///
    /// - Parameter channel: its number.
    /// - Returns: sums over all days and states.
    public func truth(ofChannel channel: Int) -> ChannelTruth {
        let cents = spend(on: channel).map(Double.init)
        let spend = cents.reduce(0, +) / 100
        let orders = expectedOrders(of: channel).reduce(0, +)
        let more = expectedOrders(of: channel, spending: cents.map { $0 * 1.01 }).reduce(0, +)
        return ChannelTruth(
            spend: spend,
            orders: orders,
            revenue: orders * meanOrderValue,
            marginalReturn: spend > 0 ? (more - orders) * meanOrderValue / (spend * 0.01) : 0
        )
    }

    /// What a test by states really changed.
    ///
    /// - Parameter test: one of the world's.
    /// - Returns: the difference to the same world without such tests.
    public func truth(of test: PlantedEvents.GeoTest) -> GeoTestTruth {
        let other = MediaPlan(
            channels,
            scale,
            streams,
            calendar,
            following: demand,
            planted.withoutGeoTests
        )
        let (spent, usual) = (spend(on: test.channel), other.spend[test.channel])
        let (with, without) = (
            expectedOrders(of: test.channel),
            expectedOrders(of: test.channel, spending: usual.map(Double.init))
        )
        var (delta, orders, ordersInAll) = (0, 0.0, 0.0)
        for geo in test.treated {
            for day in 0..<scale.days {
                let place = geo * scale.days + day
                delta += spent[place] - usual[place]
                ordersInAll += with[place] - without[place]
                if test.days.contains(day) { orders += with[place] - without[place] }
            }
        }
        return GeoTestTruth(
            spendDelta: Double(delta) / 100,
            orders: orders,
            ordersInAll: ordersInAll
        )
    }
}
