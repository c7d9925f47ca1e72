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
        batch.append(.describeGaps, kind)
        batch.append(.describeMissingRates, kind)
        batch.append(.describeCurrency)
        let results = try await scope.read(batch)
        var response = IngestV1.DescribeSeriesResponse()
        var places: [[String]: Int] = [:]
        for row in results[0] {
            let series = try IngestV1.SeriesDescription(row)
            places[[series.kind, series.name]] = response.series.count
            response.series.append(series)
        }
        for row in results[1] {
            let (kind, name, first, last) = try row.read(
                String.self,
                String.self,
                PostgresDate.self,
                PostgresDate.self
            )
            guard let place = places[[kind, name]] else { continue }
            var gap = IngestV1.SeriesDescription.Gap()
            gap.firstDate = first.text
            gap.lastDate = last.text
            gap.days = Int64(last.daysSince1970 - first.daysSince1970) + 1
            response.series[place].gaps.append(gap)
        }
        response.missingRates = try results[2].map { row throws(PostgresError) in
            try IngestV1.MissingRate(row)
        }
        response.reportingCurrency = try results[3].atMostOne()?.read(String.self) ?? ""
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
    fileprivate static let describeSeries = Statement(
        "ingest.describe_series",
        """
        select kind, name, min(day), max(day), count(*), count(distinct day),
            coalesce((array_agg(distinct currency) filter (where currency <> ''))[1:20], '{}'),
            count(distinct geo), (array_agg(distinct geo))[1:50],
            count(*) filter (where revision > 1)
        from (
            select 'spend' as kind, coalesce(nullif(o.platform, ''), nullif(o.column_name, ''),
                c.slug, '') as name, s.day, s.currency, s.geo, s.revision
            from spend s
            join spend_sources o on o.source = s.source
            left join channels c on c.number = o.channel
            union all select 'kpi', name, day, currency, geo, revision from kpi
            union all select 'covariate', name, day, '', geo, revision from covariates
            union all
            select 'exchange_rate', base || '/' || quote, day, '', '', revision
            from exchange_rates
            union all select 'margin', name, day, '', '', revision from margins
        ) p
        where $1 = '' or kind = $1
        group by kind, name
        order by kind, name
        limit 1000
        """
    )
    /// The ten longest of each series.
    fileprivate static let describeGaps = Statement(
        "ingest.describe_gaps",
        """
        select kind, name, first, last
        from (
            select kind, name, before + 1 as first, day - 1 as last, row_number() over (
                partition by kind, name order by day - before desc, day
            ) as place
            from (
                select kind, name, day, lag(day) over (
                    partition by kind, name order by day
                ) as before
                from (
                    select 'spend' as kind, coalesce(nullif(o.platform, ''),
                        nullif(o.column_name, ''), c.slug, '') as name, s.day
                    from spend s
                    join spend_sources o on o.source = s.source
                    left join channels c on c.number = o.channel
                    union select 'kpi', name, day from kpi
                    union select 'covariate', name, day from covariates
                    union select 'exchange_rate', base || '/' || quote, day from exchange_rates
                    union select 'margin', name, day from margins
                ) d
                where $1 = '' or kind = $1
            ) n
            where day - before > 1
        ) g
        where place <= 10
        order by kind, name, place
        """
    )
    fileprivate static let describeMissingRates = Statement(
        "ingest.describe_missing_rates",
        """
        select a.kind, a.currency, min(a.day), max(a.day), count(*), sum(a.row_count)::bigint
        from (
            select 'spend' as kind, day, currency, count(*) as row_count from spend
            group by day, currency
            union all
            select 'kpi', day, currency, count(*) from kpi where currency <> ''
            group by day, currency
        ) a
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
