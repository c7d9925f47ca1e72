extension WorldFiles {
    /// Writes what ingest takes by day, and the same by week.
    func writeSeries<Sink: WorldSink & ~Copyable>(
        _ outcomes: WorldOutcomes,
        to sink: inout Sink
    ) throws(Sink.Failure) -> [WrittenFile] {
        [
            try writeSpend(to: &sink), try writeKpis(outcomes, to: &sink),
            try writeCovariates(to: &sink), try writeHolidays(to: &sink),
            try writePanel(outcomes, to: &sink),
        ]
    }

    private func writeSpend<Sink: WorldSink & ~Copyable>(
        to sink: inout Sink
    ) throws(Sink.Failure) -> WrittenFile {
        let columns = [
            "date", "channel", "platform", "campaign", "geo", "spend", "impressions", "clicks",
            "currency",
        ]
        var table = try TableWriter("spend", columns, to: &sink)
        for day in 0..<world.scale.days {
            for (number, channel) in world.channels.enumerated() {
                let spend = world.spend(on: number)
                for (geo, state) in world.geos.enumerated() {
                    let cents = spend[geo * world.scale.days + day]
                    let impressions = 1_000 * Double(cents) / channel.thousandCost
                    let clicks = impressions * channel.clicksOfThousand / 1_000
                    try table.row(
                        [
                            world.text(ofDay: day), channel.slug, channel.platform,
                            "\(channel.campaign)_\(world.calendar.quarter(day))", state.code,
                            Cents.text(cents), "\(Int(impressions))", "\(Int(clicks))",
                            World.currency,
                        ],
                        to: &sink
                    )
                }
            }
        }
        return try table.end("spend", "what was spent, by day, channel and state", to: &sink)
    }

    private func writeKpis<Sink: WorldSink & ~Copyable>(
        _ outcomes: WorldOutcomes,
        to sink: inout Sink
    ) throws(Sink.Failure) -> WrittenFile {
        let columns = ["date", "geo", "orders", "revenue", "net_revenue", "population"]
        var table = try TableWriter("kpi", columns, to: &sink)
        for day in 0..<world.scale.days {
            for (geo, state) in world.geos.enumerated() {
                let place = geo * world.scale.days + day
                try table.row(
                    [
                        world.text(ofDay: day), state.code, "\(outcomes.orders[place])",
                        Cents.text(outcomes.cents[place]),
                        Cents.text(outcomes.cents[place] - outcomes.refunds[place]),
                        "\(state.population)",
                    ],
                    to: &sink
                )
            }
        }
        return try table.end("kpi", "what was sold, by day and state", to: &sink)
    }

    private func writeCovariates<Sink: WorldSink & ~Copyable>(
        to sink: inout Sink
    ) throws(Sink.Failure) -> WrittenFile {
        var table = try TableWriter("covariates", ["date", "promotion", "price"], to: &sink)
        for day in 0..<world.scale.days {
            try table.row(
                [
                    world.text(ofDay: day), world.demand.promotions[day] ? "1" : "0",
                    "\(world.demand.prices[day])",
                ],
                to: &sink
            )
        }
        return try table.end("covariates", "promotions and prices, by day", to: &sink)
    }

    private func writeHolidays<Sink: WorldSink & ~Copyable>(
        to sink: inout Sink
    ) throws(Sink.Failure) -> WrittenFile {
        var table = try TableWriter("holidays", ["date", "holiday", "country"], to: &sink)
        for (day, holiday) in world.calendar.holidays.sorted(by: { $0.key < $1.key }) {
            try table.row([world.text(ofDay: day), holiday, "US"], to: &sink)
        }
        return try table.end("holidays", "holidays of the USA", to: &sink)
    }

    /// A table for a mix model: whole weeks of all states together.
    private func writePanel<Sink: WorldSink & ~Copyable>(
        _ outcomes: WorldOutcomes,
        to sink: inout Sink
    ) throws(Sink.Failure) -> WrittenFile {
        let columns =
            ["week", "revenue"] + world.channels.map { "\($0.slug)_spend" }
            + ["promotion_days", "price"]
        var table = try TableWriter("checks/panel", columns, to: &sink)
        for week in 0..<world.scale.days / 7 {
            let days = 7 * week..<7 * week + 7
            let prices = days.reduce(0) { $0 + world.demand.prices[$1] } / 7
            let spend = world.channels.indices.map { Cents.text(sum(world.spend(on: $0), days)) }
            try table.row(
                [world.text(ofDay: days.lowerBound), Cents.text(sum(outcomes.cents, days))] + spend
                    + [
                        "\(days.count { world.demand.promotions[$0] })",
                        "\((10_000 * prices).rounded() / 10_000)",
                    ],
                to: &sink
            )
        }
        return try table.end("checks/panel", "outcomes and spend by week, for mmm check", to: &sink)
    }

    /// Of all states on some days.
    private func sum(_ values: [Int], _ days: Range<Int>) -> Int {
        world.geos.indices.reduce(0) { sum, geo in
            sum + days.reduce(0) { $0 + values[geo * world.scale.days + $1] }
        }
    }
}
