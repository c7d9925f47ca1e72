internal import Simulator

/// What is true of a simulated tenant: what a report is held against.
struct ReportTruth {
    /// What each channel brought for each unit of money.
    let returns: [String: Double]
    /// Which share of all orders each cause is responsible for.
    let shares: [String: Double]
    /// What more spend on the days of tests brought on these days, by their names: of what was held
    /// back, what it would have.
    let lifts: [String: Double]

    /// The truth of a world.
    ///
    /// - Parameter world: it.
    init(_ world: World) {
        var (returns, shares): ([String: Double], [String: Double]) = ([:], [:])
        let orders = world.expectedOrdersByCause()
        let all = orders.reduce(0) { $0 + $1.orders }
        for (cause, count) in orders { shares[cause] = all > 0 ? count / all : 0 }
        for (number, channel) in world.channels.enumerated() {
            returns[channel.slug] = world.truth(ofChannel: number).returnOnSpend
        }
        var lifts: [String: Double] = [:]
        for test in world.planted.geoTests {
            let known = world.truth(of: test)
            let sign: Double = known.spendDelta < 0 ? -1 : 1
            lifts[test.name] = sign * known.orders * world.meanOrderValue
        }
        (self.returns, self.shares, self.lifts) = (returns, shares, lifts)
    }
}
