internal import Simulator

/// What is true of a simulated tenant: what a report is held against.
struct ReportTruth {
    /// What each channel brought for each unit of money.
    let returns: [String: Double]
    /// Which share of all orders each cause is responsible for.
    let shares: [String: Double]

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
        (self.returns, self.shares) = (returns, shares)
    }
}
