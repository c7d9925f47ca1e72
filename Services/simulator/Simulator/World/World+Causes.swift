extension World {
    /// What causes are called, by their numbers.
    var causeNames: [String] { ["demand", "email", "affiliates"] + channels.map(\.slug) }

    /// How many orders each cause is expected to have, all states and days together.
    ///
    /// - Returns: causes by name: `demand`, `email`, `affiliates`, and channels by their slugs.
    /// - Complexity: linear in states times days.
    public func expectedOrdersByCause() -> [(cause: String, orders: Double)] {
        zip(causeNames, expectedWeeks()).map { ($0, $1.reduce(0, +)) }
    }

    /// How many orders of each cause are to be expected in each week from the first day on.
    func expectedWeeks() -> [[Double]] {
        let weeks = (scale.days + 6) / 7
        var sums = causeNames.map { _ in Array(repeating: 0.0, count: weeks) }
        for geo in geos.indices {
            for day in 0..<scale.days {
                var rates = book.rates(geo: geo, day: day)
                rates[1] = book.expectedEmail(rates[1], day: day)
                for (cause, rate) in rates.enumerated() { sums[cause][day / 7] += rate }
            }
        }
        return sums
    }
}
