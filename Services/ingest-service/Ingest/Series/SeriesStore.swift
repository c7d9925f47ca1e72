internal import Messages
internal import Postgres
internal import Tenancy

/// What is read of tenants' series: its SQL.
struct SeriesStore: Sendable {
    /// Sums of spend by day, dimension and currency.
    func spend(
        _ query: SpendQuery,
        offset: Int,
        limit: Int,
        in scope: TenantScope
    ) async throws(PostgresError) -> [IngestV1.ListSpendResponse.Sum] {
        let rows = try await scope.read(
            .sumSpend,
            query.days.first,
            query.days.last,
            query.dimension,
            query.channel,
            query.platform,
            query.campaign,
            query.geo,
            Int64(offset),
            Int64(limit)
        )
        return try rows.map { row throws(PostgresError) in
            var sum = IngestV1.ListSpendResponse.Sum()
            sum.date = try row.read(PostgresDate.self, at: 0).text
            sum.group = try row.read(String.self, at: 1)
            sum.currency = try row.read(String.self, at: 2)
            sum.spend = try row.read(PostgresDecimal.self, at: 3).description
            sum.impressions = try row.read(Int64.self, at: 4)
            sum.clicks = try row.read(Int64.self, at: 5)
            sum.rows = try row.read(Int64.self, at: 6)
            return sum
        }
    }

    /// Sums of KPIs by day, name, dimension and currency.
    func kpi(
        _ query: KpiQuery,
        offset: Int,
        limit: Int,
        in scope: TenantScope
    ) async throws(PostgresError) -> [IngestV1.ListKpiResponse.Sum] {
        let rows = try await scope.read(
            .sumKpi,
            query.days.first,
            query.days.last,
            query.dimension,
            query.name,
            query.source,
            query.geo,
            Int64(offset),
            Int64(limit)
        )
        return try rows.map { row throws(PostgresError) in
            var sum = IngestV1.ListKpiResponse.Sum()
            sum.date = try row.read(PostgresDate.self, at: 0).text
            sum.name = try row.read(String.self, at: 1)
            sum.group = try row.read(String.self, at: 2)
            sum.currency = try row.read(String.self, at: 3)
            sum.value = try row.read(PostgresDecimal.self, at: 4).description
            sum.rows = try row.read(Int64.self, at: 5)
            return sum
        }
    }

    // MARK: What there is

    /// The series of a kind, or of all kinds if it is empty.
    func describe(
        _ kind: String,
        in scope: TenantScope
    ) async throws(PostgresError) -> IngestV1.DescribeSeriesResponse {
        var batch = Batch()
        batch.append(.describeSeries, kind)
        batch.append(.describeMissingRates, kind)
        batch.append(.describeCurrency)
        let results = try await scope.read(batch)
        var response = IngestV1.DescribeSeriesResponse()
        response.series = try results[0].map { row throws(PostgresError) in
            try IngestV1.SeriesDescription(row)
        }
        response.missingRates = try results[1].map { row throws(PostgresError) in
            try IngestV1.MissingRate(row)
        }
        response.reportingCurrency = try results[2].atMostOne()?.read(String.self) ?? ""
        return response
    }
}

extension IngestV1.SeriesDescription {
    /// Reads a row of ``Statement/describeSeries``.
    fileprivate init(_ row: Row) throws(PostgresError) {
        self.init()
        kind = try row.read(String.self, at: 0)
        name = try row.read(String.self, at: 1)
        let first = try row.read(PostgresDate.self, at: 2)
        let last = try row.read(PostgresDate.self, at: 3)
        firstDate = first.text
        lastDate = last.text
        rows = try row.read(Int64.self, at: 4)
        days = try row.read(Int64.self, at: 5)
        missingDays = Int64(last.daysSince1970 - first.daysSince1970) + 1 - days
        currencies = try row.read([String].self, at: 6)
        geoCount = try row.read(Int64.self, at: 7)
        geos = try row.read([String].self, at: 8)
        correctedRows = try row.read(Int64.self, at: 9)
        let starts = try row.read([PostgresDate].self, at: 10)
        let ends = try row.read([PostgresDate].self, at: 11)
        gaps = zip(starts, ends).map { first, last in
            var gap = Gap()
            (gap.firstDate, gap.lastDate) = (first.text, last.text)
            gap.days = Int64(last.daysSince1970 - first.daysSince1970) + 1
            return gap
        }
    }
}

extension IngestV1.MissingRate {
    /// Reads a row of ``Statement/describeMissingRates``.
    fileprivate init(_ row: Row) throws(PostgresError) {
        self.init()
        kind = try row.read(String.self, at: 0)
        currency = try row.read(String.self, at: 1)
        firstDate = try row.read(PostgresDate.self, at: 2).text
        lastDate = try row.read(PostgresDate.self, at: 3).text
        days = try row.read(Int64.self, at: 4)
        rows = try row.read(Int64.self, at: 5)
    }
}

extension Statement {
    /// Sums of counts stop at the largest number that there is.
    fileprivate static let sumSpend = Statement(
        "ingest.sum_spend",
        """
        select s.day, d.part, s.currency, sum(s.spend),
            least(coalesce(sum(s.impressions), 0), 9223372036854775807)::bigint,
            least(coalesce(sum(s.clicks), 0), 9223372036854775807)::bigint, count(*)
        from spend s
        join spend_sources o on o.source = s.source
        left join channels c on c.number = o.channel
        cross join lateral (
            select case $3::smallint when 1 then coalesce(c.slug, '') when 2 then o.platform
                when 3 then o.campaign when 4 then s.geo else '' end as part
        ) d
        where ($1::date is null or s.day >= $1) and ($2::date is null or s.day <= $2)
            and ($4 = '' or c.slug = $4) and ($5 = '' or o.platform = $5)
            and ($6 = '' or o.campaign = $6) and ($7 = '' or s.geo = $7)
        group by s.day, d.part, s.currency
        order by s.day, d.part, s.currency
        offset $8 limit $9
        """
    )
    fileprivate static let sumKpi = Statement(
        "ingest.sum_kpi",
        """
        select k.day, k.name, d.part, k.currency, sum(k.value), count(*)
        from kpi k
        cross join lateral (
            select case $3::smallint when 1 then k.counted_by when 2 then k.geo else '' end as part
        ) d
        where ($1::date is null or k.day >= $1) and ($2::date is null or k.day <= $2)
            and ($4 = '' or k.name = $4) and ($5 = '' or k.counted_by = $5)
            and ($6 = '' or k.geo = $6)
        group by k.day, k.name, d.part, k.currency
        order by k.day, k.name, d.part, k.currency
        offset $7 limit $8
        """
    )
    /// What ``SeriesTally`` keeps, with the ten longest gaps of each series.
    static let describeSeries = Statement(
        "ingest.describe_series",
        """
        with named as materialized (
            select s.kind, s.name as own_name, s.source, case
                    when s.source = '00000000-0000-0000-0000-000000000000' then s.name
                    else coalesce(c.slug, '')
                end as name, s.row_count, s.corrected_count, s.days, s.currencies
            from series_summaries s
            left join spend_sources o on o.source = s.source
            left join channels c on c.number = o.channel
            where $1 = '' or s.kind = $1
        ),
        shown as materialized (
            select kind, name, sum(row_count)::bigint as row_count,
                sum(corrected_count)::bigint as corrected_count, range_agg(days) as days
            from named group by kind, name order by kind, name limit 1000
        ),
        geos as (
            select n.kind, n.name, count(distinct g.geo) as geo_count,
                (array_agg(distinct g.geo))[1:50] as geos
            from shown s
            join (select distinct kind, name, own_name, source from named) n
                on n.kind = s.kind and n.name = s.name
            join series_geos g
                on g.kind = n.kind and g.name = n.own_name and g.source = n.source
            group by n.kind, n.name
        ),
        money as (
            select n.kind, n.name, (array_agg(distinct m.currency))[1:20] as currencies
            from shown s join named n on n.kind = s.kind and n.name = s.name
            cross join lateral unnest(n.currencies) as m (currency)
            group by n.kind, n.name
        )
        select s.kind, s.name, lower(s.days), upper(s.days) - 1, s.row_count,
            (select sum(upper(d) - lower(d)) from unnest(s.days) as r (d)),
            coalesce(m.currencies, '{}'), g.geo_count, g.geos, s.corrected_count, l.starts, l.ends
        from shown s
        join geos g on g.kind = s.kind and g.name = s.name
        left join money m on m.kind = s.kind and m.name = s.name
        cross join lateral (
            select coalesce(array_agg(first order by days desc, first), '{}') as starts,
                coalesce(array_agg(last order by days desc, first), '{}') as ends
            from (
                select lower(d) as first, upper(d) - 1 as last, upper(d) - lower(d) as days
                from unnest(datemultirange(range_merge(s.days)) - s.days) as r (d)
                order by days desc, first limit 10
            ) longest
        ) l
        order by s.kind, s.name
        """
    )
    static let describeMissingRates = Statement(
        "ingest.describe_missing_rates",
        """
        select a.kind, a.currency, min(a.day), max(a.day), count(distinct a.day),
            sum(a.row_count)::bigint
        from series_amounts a
        left join ingest_v1_reporting_rates r on r.day = a.day and r.currency = a.currency
        where r.day is null and ($1 = '' or a.kind = $1)
        group by a.kind, a.currency
        order by a.kind, a.currency
        limit 100
        """
    )
    fileprivate static let describeCurrency = Statement(
        "ingest.describe_currency",
        "select currency from reporting_currency"
    )
}
