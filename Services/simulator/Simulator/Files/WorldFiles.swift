internal import Numerics

/// Writes a world as files that ingest takes without being told what they are, and the truth beside
/// them.
///
/// Events, spend, outcomes, covariates and holidays are to be imported. Below `affiliates/` and
/// `roster/` is what connectors and portfolios read, below `tests/` what tests by states measured;
/// `checks/` has the same outcomes and spend by week, for a mix model to be fitted to without a
/// platform, and `truth/` what nobody knows.
public struct WorldFiles: Sendable {
    let world: World
    let format: TableFormat

    /// Files of a world.
    ///
    /// - Parameters:
    ///   - world: which.
    ///   - format: how events are written; all else is CSV.
    public init(of world: World, events format: TableFormat = .csv) {
        (self.world, self.format) = (world, format)
    }

    /// Writes them all.
    ///
    /// - Parameter sink: what takes them.
    /// - Returns: what was written, in order.
    /// - Throws: what the sink throws.
    /// - Complexity: linear in the events; memory does not grow with them.
    public func write<Sink: WorldSink & ~Copyable>(
        to sink: inout Sink
    ) throws(Sink.Failure) -> [WrittenFile] {
        var tally = EventTally(days: world.scale.days, partners: world.partners.count)
        var files = [try writeEvents(&tally, to: &sink)]
        let outcomes = world.outcomes()
        files += try writeSeries(outcomes, to: &sink)
        files += try writeReadouts(outcomes, to: &sink)
        var credit = OrderCredit(world)
        files += try writeAffiliates(tally, &credit, to: &sink)
        let roster = Roster(of: world)
        files += try writeRoster(roster, to: &sink)
        files.append(try writeOrders(&credit, to: &sink))
        let truth = WorldTruth(
            world: world,
            outcomes: outcomes,
            tally: tally,
            credit: credit,
            roster: roster
        )
        try sink.begin("truth.json")
        try sink.write(truth.json)
        try sink.end()
        files.append(WrittenFile(path: "truth.json", rows: 1, meaning: "what is true of all this"))
        return files
    }

    // MARK: Events

    private func writeEvents<Sink: WorldSink & ~Copyable>(
        _ tally: inout EventTally,
        to sink: inout Sink
    ) throws(Sink.Failure) -> WrittenFile {
        var table = try TableWriter("events", EventRows.columns, format, to: &sink)
        var rows = EventRows(world)
        for event in world.events() {
            tally.count(event, day: Int(event.milliseconds / 86_400_000) - world.scale.firstDay)
            for row in rows.rows(of: event) { try table.row(row, to: &sink) }
        }
        tally.faults = rows.faults
        return try table.end("events", "what visitors did", to: &sink)
    }

    // MARK: Roster

    private func writeRoster<Sink: WorldSink & ~Copyable>(
        _ roster: Roster,
        to sink: inout Sink
    ) throws(Sink.Failure) -> [WrittenFile] {
        let columns = [
            "campaign_id", "campaign_name", "maid", "advertiser_name", "partner_name",
            "product_type",
        ]
        var table = try TableWriter("roster/breakout", columns, to: &sink)
        for campaign in roster.campaigns {
            let advertiser = "Advertiser \(campaign.advertiser + 1)"
            try table.row(
                [
                    "\(campaign.id)", "\(advertiser), \(campaign.product)",
                    "\(200_001 + 13 * campaign.advertiser)", advertiser,
                    "Partner \(campaign.partner + 1)", campaign.product,
                ],
                to: &sink
            )
        }
        let breakout = try table.end("roster/breakout", "all campaigns of an agency", to: &sink)
        var health = try TableWriter(
            "roster/health",
            ["campaign_id", "campaign_budget", "am", "utilization"],
            to: &sink
        )
        for row in roster.health {
            let used =
                "\(row.utilization / 100).\(row.utilization % 100 / 10)\(row.utilization % 10)"
            try health.row(
                ["\(row.campaign)", Cents.text(row.budgetCents), "AM \(row.manager)", used],
                to: &sink
            )
        }
        return [breakout, try health.end("roster/health", "how some of them do", to: &sink)]
    }
}
