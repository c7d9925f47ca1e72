internal import Messages
internal import Postgres
internal import RPC
internal import Tenancy

/// What panels are made of, as ingest publishes it, and attribution what journeys count: all SQL
/// that reads it.
struct PanelStore: Sendable {
    /// How many sums of rows are read at most, of each kind.
    private static let mostRows: Int64 = 200_000
    /// How many sources of each kind are listed at most.
    private static let mostSources: Int64 = 1_000

    // MARK: What there is

    /// What can be modelled.
    ///
    /// - Parameter scope: the tenant's.
    /// - Returns: the answer of `ListSources`.
    /// - Throws: `PostgresError`.
    func sources(in scope: TenantScope) async throws -> MixModelV1.ListSourcesResponse {
        var response = MixModelV1.ListSourcesResponse()
        response.outcomes = try await scope.read(.listOutcomes, Self.mostSources)
            .map { try .init($0) }
        response.channels = try await scope.read(.listSpentChannels, Self.mostSources)
            .map { try .init($0) }
        response.covariates = try await scope.read(.listCovariates, Self.mostSources)
            .map { try .init($0) }
        response.unmappedSpendRows = try await scope.read(.countUnmapped).one().read(Int64.self)
        return response
    }

    /// The days of an outcome.
    struct OutcomeDays: Equatable {
        let first: PostgresDate
        let last: PostgresDate
        /// Whether its rows are of weeks: several, all of one day of the week, and of every other
        /// week at least.
        let areWeeks: Bool
    }

    /// The days of an outcome; nil if there is none.
    ///
    /// - Parameters:
    ///   - kpi: its name.
    ///   - counter: who counted it.
    ///   - asked: the first and the last day that are looked at, if any were asked for.
    ///   - transaction: the tenant's.
    /// - Returns: the days.
    /// - Throws: `PostgresError`.
    func days(
        of kpi: String,
        countedBy counter: String,
        _ asked: (first: PostgresDate?, last: PostgresDate?),
        _ transaction: PostgresTransaction
    ) async throws -> OutcomeDays? {
        let row = try await transaction.query(
            .findOutcomeDays,
            kpi,
            counter,
            asked.first,
            asked.last
        ).one()
        let (first, last, areWeeks) = try row.read(
            PostgresDate?.self,
            PostgresDate?.self,
            Bool.self
        )
        guard let first, let last else { return nil }
        return OutcomeDays(first: first, last: last, areWeeks: areWeeks)
    }

    /// Which covariates there are of some, whatever their days.
    ///
    /// - Parameters:
    ///   - names: some.
    ///   - transaction: the tenant's.
    /// - Returns: those that have rows.
    /// - Throws: `PostgresError`.
    func covariates(
        among names: [String],
        _ transaction: PostgresTransaction
    ) async throws(PostgresError) -> Set<String> {
        if names.isEmpty { return [] }
        let rows = try await transaction.query(.findCovariates, names)
        return Set(try rows.map { row throws(PostgresError) in try row.read(String.self) })
    }

    // MARK: Rows

    /// The sums of all rows that a panel is made of.
    ///
    /// - Parameters:
    ///   - selection: which.
    ///   - frame: its periods.
    ///   - currency: what amounts of money are in.
    ///   - transaction: the tenant's, which sees one state.
    /// - Returns: the sums.
    /// - Throws: RESOURCE_EXHAUSTED if there are too many; `PostgresError`.
    func rows(
        _ selection: MixModelV1.PanelSelection,
        _ frame: PanelFrame,
        in currency: String,
        _ transaction: PostgresTransaction
    ) async throws -> PanelRows {
        let (first, last, length) = (frame.first, frame.last, Int64(frame.daysPerPeriod))
        var rows = PanelRows()
        rows.outcomes = try Self.bounded(
            try await transaction.query(
                .sumOutcome,
                selection.kpi,
                selection.countedBy,
                first,
                last,
                length,
                currency,
                Self.mostRows + 1
            ).map { try .init($0) }
        )
        rows.spend = try Self.bounded(
            try await transaction.query(
                .sumSpend,
                selection.channels,
                first,
                last,
                length,
                Self.mostRows + 1,
                currency
            ).map { try .init($0) }
        )
        let names = selection.controls + selection.treatments
        if names.isEmpty { return rows }
        rows.covariates = try Self.bounded(
            try await transaction.query(
                .sumCovariates,
                names,
                first,
                last,
                length,
                Self.mostRows + 1
            ).map { try .init($0) }
        )
        return rows
    }

    private static func bounded<Sums>(_ rows: [Sums]) throws(RPCError) -> [Sums] {
        guard rows.count <= mostRows else {
            throw RPCError(
                .resourceExhausted,
                "there are more than \(mostRows) numbers of channels, places and periods: ask for "
                    + "weeks, for fewer days or for fewer channels"
            )
        }
        return rows
    }
}

extension MixModelV1.ListSourcesResponse.Source {
    /// Reads a row, as all statements that list sources have it.
    fileprivate init(_ row: Row) throws {
        self.init()
        name = try row.read(String.self, at: 0)
        countedBy = try row.read(String.self, at: 1)
        isMoney = try row.read(Bool.self, at: 2)
        firstDate = try row.read(PostgresDate.self, at: 3).text
        lastDate = try row.read(PostgresDate.self, at: 4).text
        days = try row.read(Int64.self, at: 5)
        geos = try row.read(Int64.self, at: 6)
        rows = try row.read(Int64.self, at: 7)
    }
}

extension Statement {
    fileprivate static let listOutcomes = Statement(
        "mmm.list_outcomes",
        """
        select name, counted_by, bool_or(currency <> ''), min(day), max(day), count(distinct day),
            count(distinct geo), count(*)
        from (
            select * from ingest_v1_kpi union all select * from attribution_v1_kpi
        ) k
        group by name, counted_by order by name, counted_by limit $1
        """
    )
    fileprivate static let listSpentChannels = Statement(
        "mmm.list_spent_channels",
        """
        select channel_slug, '', true, min(day), max(day), count(distinct day),
            count(distinct geo), count(*)
        from ingest_v1_spend where channel_slug is not null
        group by channel_slug order by channel_slug limit $1
        """
    )
    fileprivate static let listCovariates = Statement(
        "mmm.list_covariates",
        """
        select name, '', false, min(day), max(day), count(distinct day), count(distinct geo),
            count(*)
        from ingest_v1_covariates group by name order by name limit $1
        """
    )
    fileprivate static let findCovariates = Statement(
        "mmm.find_covariates",
        """
        select name from unnest($1::text[]) as asked (name)
        where exists (select from ingest_v1_covariates c where c.name = asked.name)
        """
    )
    fileprivate static let countUnmapped = Statement(
        "mmm.count_unmapped",
        "select count(*) from ingest_v1_spend where channel_slug is null"
    )
    fileprivate static let findOutcomeDays = Statement(
        "mmm.find_outcome_days",
        """
        select min(day), max(day),
            count(distinct extract(isodow from day)) = 1 and count(distinct day) >= 4
                and count(distinct day) * 14 >= max(day) - min(day)
        from (
            select * from ingest_v1_kpi union all select * from attribution_v1_kpi
        ) k
        where name = $1 and counted_by = $2
            and ($3::date is null or day >= $3) and ($4::date is null or day <= $4)
        """
    )
    /// What a unit earns counts where it is in the currency of reports.
    ///
    /// Rates are the latest of the seven days up to a row's, those from its currency first, as in
    /// `ingest_v1_reporting_rates`, which knows nothing of the days of journeys.
    fileprivate static let sumOutcome = Statement(
        "mmm.sum_outcome",
        """
        select (k.day - $3)::bigint / $5, k.geo,
            sum(
                case when k.currency in ('', $6) then k.value
                    else round(k.value * r.multiplier / r.divisor, 6) end
            )::float8,
            sum(k.value * k.value_per_unit) filter (where k.value_currency = $6)::float8,
            ((array_agg(k.population order by k.day desc)
                filter (where k.population > 0))[1])::float8,
            count(*) filter (
                where (k.currency not in ('', $6) and r.multiplier is null)
                    or k.value_currency not in ('', $6)
            ),
            case when min(k.currency) = '' and max(k.currency) <> '' then null
                else max(k.currency) <> '' end,
            sum(k.value) filter (where k.value_currency = $6)::float8, count(distinct k.day)
        from (
            select * from ingest_v1_kpi union all select * from attribution_v1_kpi
        ) k
        left join lateral (
            select case when x.base = k.currency then x.rate else 1 end as multiplier,
                case when x.base = k.currency then 1 else x.rate end as divisor
            from ingest_v1_exchange_rates x
            where k.currency not in ('', $6) and x.day between k.day - 7 and k.day
                and (x.base, x.quote) in ((k.currency, $6), ($6, k.currency))
            order by x.day desc, x.base = k.currency desc
            limit 1
        ) r on true
        where k.name = $1 and k.counted_by = $2 and k.day between $3 and $4
        group by 1, 2 order by 1, 2 limit $7
        """
    )
    fileprivate static let sumSpend = Statement(
        "mmm.sum_spend",
        """
        select (s.day - $2)::bigint / $4, s.channel_slug, s.geo,
            coalesce(
                sum(
                    case when s.currency = $6 then s.spend
                        else round(s.spend * r.multiplier / r.divisor, 6) end
                ), 0
            )::float8,
            case when bool_and(s.impressions is not null or s.spend = 0)
                then coalesce(sum(s.impressions), 0) end::float8,
            case when bool_and(s.clicks is not null or s.spend = 0)
                then coalesce(sum(s.clicks), 0) end::float8,
            count(*), count(*) filter (where s.currency <> $6 and r.day is null)
        from ingest_v1_spend s
        left join ingest_v1_reporting_rates r on (
            r.day = s.day and r.currency = s.currency and r.reporting_currency = $6
        )
        where s.day between $2 and $3
            and (s.channel_slug is null or $1 = '{}'::text[] or s.channel_slug = any($1))
        group by 1, 2, 3 order by 1, 2, 3 limit $5
        """
    )
    fileprivate static let sumCovariates = Statement(
        "mmm.sum_covariates",
        """
        select (day - $2)::bigint / $4, name, geo, sum(value), count(*)
        from ingest_v1_covariates
        where name = any($1) and day between $2 and $3
        group by 1, 2, 3 order by 1, 2, 3 limit $5
        """
    )
}
