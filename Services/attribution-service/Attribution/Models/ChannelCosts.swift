internal import Journeys
internal import Messages
internal import Postgres
internal import Tenancy
internal import Wire

/// What was spent in the range of journeys, by what their touches are called.
struct ChannelCosts: Sendable {
    /// In the currency of the journeys.
    let costs: [String: Double]
    /// How many rows of spend are in currencies that there is no rate for.
    let unconverted: Int64

    /// The costs of a plan's range: of the days that begin in it, by the tenant's clocks.
    ///
    /// - Parameters:
    ///   - plan: which journeys.
    ///   - scope: the tenant's.
    ///   - transaction: any.
    /// - Returns: the costs; nil where touches are told by something that spend does not have.
    /// - Throws: `PostgresError`.
    static func read(
        _ plan: JourneyPlan,
        of scope: TenantScope,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> ChannelCosts? {
        guard plan.grain == .channel || plan.grain == .campaign else { return nil }
        let range = plan.selection.range
        let rows = try await transaction.query(
            .sumCosts,
            plan.grain == .campaign,
            PostgresTimestamp(clamping: range.lowerBound),
            // What is spent after everything is known is of other journeys.
            PostgresTimestamp(clamping: min(range.upperBound, plan.selection.asOf)),
            scope.entry.settings.timeZone,
            plan.selection.currency
        )
        var costs: [String: Double] = [:]
        var unconverted: Int64 = 0
        for row in rows {
            let cost = try row.read(Double?.self, at: 1)
            if let cost { costs[try row.read(String.self, at: 0)] = cost }
            unconverted += try row.read(Int64.self, at: 2)
        }
        return ChannelCosts(costs: costs, unconverted: unconverted)
    }
}

extension AttributionV1.ModelRun {
    /// Sets what channels cost beside their credit, and what of the cost no channel has.
    mutating func add(_ found: ChannelCosts?) {
        guard let found else { return }
        for model in models.indices {
            for channel in models[model].channels.indices {
                models[model].channels[channel].add(found.costs)
            }
        }
        let known = Set(models.first?.channels.map(\.channel) ?? [])
        let rest = found.costs.filter { !known.contains($0.key) && $0.value > 0 }
        report?.unmatchedCosts = rest.sorted { $0.key < $1.key }.map { label, cost in
            var row = AttributionV1.JourneyReport.Cost()
            (row.channel, row.cost) = (label, cost)
            return row
        }
        if found.unconverted > 0 {
            notes.append(
                "\(found.unconverted) rows of spend are left out: there is no rate of their "
                    + "currencies to \(report?.selection?.currency ?? "that of the journeys")"
            )
        }
    }
}

extension AttributionV1.ChannelCredit {
    /// Sets the cost, and the ratios that it has.
    fileprivate mutating func add(_ costs: [String: Double]) {
        guard let cost = costs[channel] else { return }
        self.cost = cost
        if cost > 0 { returnOnSpend = value / cost }
        if conversions > 0 { costPerConversion = cost / conversions }
    }
}

extension Statement {
    /// Amounts of a day, a label and a currency are summed exactly before they are converted.
    fileprivate static let sumCosts = Statement(
        "attribution.sum_costs",
        """
        with spent as (
            select case when $1 then coalesce(nullif(campaign, ''), '(none)')
                    else coalesce(channel_slug, 'unassigned') end as label,
                day, currency, sum(spend) as amount, count(*) as row_count
            from ingest_v1_spend
            where day::timestamp at time zone $4 >= $2 and day::timestamp at time zone $4 < $3
            group by 1, 2, 3
        ), converted as (
            select s.label, s.row_count,
                case when s.currency = $5 then s.amount
                    when r.reporting_currency = $5
                    then round(s.amount * r.multiplier / r.divisor, 6) end as cost
            from spent s left join ingest_v1_reporting_rates r
                on (r.day = s.day and r.currency = s.currency)
        )
        select label, sum(cost)::double precision,
            coalesce(sum(row_count) filter (where cost is null), 0)::bigint
        from converted
        group by label
        """
    )
}
