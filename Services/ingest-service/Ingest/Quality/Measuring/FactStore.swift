internal import Postgres
internal import Tenancy

/// Counts events by the day, and reads what metrics are made of: its SQL.
///
/// Days of events are counted once. The feed of commits tells which of them have changed since:
/// by late events, by deletions, or by other channels. These are counted anew, and no others.
struct FactStore: Sendable {
    /// How many groups of a day, and rows of a reading, are taken: of more the smallest are not.
    private static let mostGroups = 5_000
    private static let mostRows = 500_000

    /// The tenant's day it is now.
    func today(in scope: TenantScope) async throws -> PostgresDate {
        try await scope.read(.today, scope.entry.settings.timeZone).one().read(PostgresDate.self)
    }

    // MARK: Counting

    /// Keeps other snapshots from being taken until the transaction ends.
    func hold(in transaction: PostgresTransaction) async throws {
        try await transaction.query(.holdHead)
    }

    /// Forgets the counts of days of which something has changed since the last time, or that are
    /// of another time zone.
    ///
    /// A commit that is written meanwhile is among those of the next time.
    func forgetChangedDays(
        timeZone: String,
        in transaction: PostgresTransaction
    ) async throws {
        try await hold(in: transaction)
        try await transaction.query(.forgetDays, timeZone)
    }

    /// Those of some days that are not counted.
    func uncounted(
        _ days: ClosedRange<PostgresDate>,
        in scope: TenantScope
    ) async throws -> [PostgresDate] {
        try await scope.read(.uncountedDays, days.lowerBound, days.upperBound)
            .map { try $0.read(PostgresDate.self) }
    }

    /// Counts the events of a day.
    func count(
        _ day: PostgresDate,
        timeZone: String,
        in transaction: PostgresTransaction
    ) async throws {
        try await hold(in: transaction)
        var batch = Batch()
        batch.append(.insertDay, day, timeZone)
        batch.append(.countDay, day, timeZone, Int64(Self.mostGroups))
        _ = try await transaction.run(batch)
    }

    /// Forgets what no snapshot asks for any more.
    func prune(before day: PostgresDate, in transaction: PostgresTransaction) async throws {
        var batch = Batch()
        batch.append(.pruneDays, day)
        batch.append(.pruneTallies, day)
        _ = try await transaction.run(batch)
    }

    // MARK: Reading

    /// What the tables say of a day and the weeks before it; nil if some of those days are not
    /// counted: another snapshot has found that they have changed.
    func read(
        _ days: ClosedRange<PostgresDate>,
        timeZone: String,
        in transaction: PostgresTransaction
    ) async throws -> [Rows]? {
        try await hold(in: transaction)
        let uncounted = try await transaction.query(
            .uncountedDays,
            days.lowerBound,
            days.upperBound
        )
        guard uncounted.isEmpty else { return nil }
        let (first, day) = (days.lowerBound, days.upperBound)
        let (groups, rows) = (Int64(Self.mostGroups), Int64(Self.mostRows))
        var batch = Batch()
        batch.append(.readEvents, first, day, rows)
        batch.append(.readArrivals, day, timeZone, groups)
        batch.append(.readTallies, day, groups)
        batch.append(.readSpend, first, day, rows)
        batch.append(.readKpis, first, day, rows)
        batch.append(.readRates, day, groups)
        batch.append(.readAhead, day, groups)
        batch.append(.readOrders, day, timeZone, groups)
        return try await transaction.run(batch)
    }

    /// The same as facts, which of many rows takes long.
    static func facts(
        _ results: [Rows],
        of day: PostgresDate,
        isComplete: Bool
    ) throws -> QualityFacts {
        var facts = QualityFacts(day: day.daysSince1970, isComplete: isComplete)
        facts.events = try results[0].map { try QualityFacts.Events($0) }
        facts.arrivals = try results[1].map { try QualityFacts.Arrivals($0) }
        facts.tallies = try results[2].map { try QualityFacts.Tally($0) }
        facts.spend = try results[3].map { try QualityFacts.Spend($0) }
        facts.kpis = try results[4].map { try QualityFacts.Kpi($0) }
        facts.rates = try results[5].map { try QualityFacts.Rates($0) }
        facts.ahead = try results[6].map { try QualityFacts.Ahead($0) }
        facts.orders = try results[7].map { try QualityFacts.Orders($0) }
        let counts = results.map(\.count)
        let today = facts.events.count { $0.day == facts.day }
        facts.isTruncated =
            [counts[0], counts[3], counts[4]].contains { $0 >= mostRows }
            || [counts[1], counts[2], counts[5], counts[6], counts[7], today]
                .contains { $0 >= mostGroups }
        return facts
    }
}

extension QualityFacts.Events {
    fileprivate init(_ row: Row) throws {
        day = try row.read(PostgresDate.self, at: 0).daysSince1970
        origin = try row.read(String.self, at: 1)
        kind = EventKindName(try row.read(Int16.self, at: 2))
        channel = try row.read(String.self, at: 3)
        count = try row.read(Int64.self, at: 4)
        unknown = try row.read(Int64.self, at: 5)
        having = [
            "source": try row.read(Int64.self, at: 6),
            "campaign": try row.read(Int64.self, at: 7),
            "value": try row.read(Int64.self, at: 8),
            "order_id": try row.read(Int64.self, at: 9),
            "user_id": try row.read(Int64.self, at: 10),
            "geo": try row.read(Int64.self, at: 11),
        ]
    }
}

extension QualityFacts.Arrivals {
    fileprivate init(_ row: Row) throws {
        (origin, count, ahead) = try row.read(String.self, Int64.self, Int64.self)
    }
}

extension QualityFacts.Tally {
    fileprivate init(_ row: Row) throws {
        (kind, source, fate, reason, rows) = try row.read(
            String.self,
            String.self,
            String.self,
            String.self,
            Int64.self
        )
    }
}

extension QualityFacts.Spend {
    fileprivate init(_ row: Row) throws {
        day = try row.read(PostgresDate.self, at: 0).daysSince1970
        channel = try row.read(String.self, at: 1)
        platform = try row.read(String.self, at: 2)
        currency = try row.read(String.self, at: 3)
        amount = try row.read(Double.self, at: 4)
        clicks = try row.read(Int64.self, at: 5)
        rows = try row.read(Int64.self, at: 6)
    }
}

extension QualityFacts.Kpi {
    fileprivate init(_ row: Row) throws {
        day = try row.read(PostgresDate.self, at: 0).daysSince1970
        name = try row.read(String.self, at: 1)
        countedBy = try row.read(String.self, at: 2)
        currency = try row.read(String.self, at: 3)
        value = try row.read(Double.self, at: 4)
    }
}

extension QualityFacts.Rates {
    fileprivate init(_ row: Row) throws {
        (kind, currency, rows, rowsWithout, daysWithout) = try row.read(
            String.self,
            String.self,
            Int64.self,
            Int64.self,
            Int64.self
        )
    }
}

extension QualityFacts.Ahead {
    fileprivate init(_ row: Row) throws {
        (kind, name, rows) = try row.read(String.self, String.self, Int64.self)
    }
}

extension QualityFacts.Orders {
    fileprivate init(_ row: Row) throws {
        (kind, conversions, conflicts) = try row.read(String.self, Int64.self, Int64.self)
    }
}

extension Statement {
    fileprivate static let today = Statement(
        "ingest.quality_today",
        "select (clock_timestamp() at time zone $1)::date"
    )
    fileprivate static let holdHead = Statement(
        "ingest.quality_hold_head",
        "select 1 from quality_head for update"
    )
    /// All by one view of the commits, whose days are UTC's: a tenant's day has hours of one before
    /// or after it.
    fileprivate static let forgetDays = Statement(
        "ingest.quality_forget_days",
        """
        with seen as (
            select c.xid, c.commit_id, c.days from event_commits c, quality_head h
            where (c.xid, c.commit_id) > (h.xid, h.commit_id)
                and c.xid < pg_snapshot_xmin(pg_current_snapshot())
        ),
        forgotten as (
            delete from quality_days d
            where d.time_zone <> $1 or exists (
                select from (select distinct unnest(days) as day from seen) changed
                where d.day between changed.day - 1 and changed.day + 1
            )
        )
        update quality_head h set xid = last.xid, commit_id = last.commit_id
        from (select xid, commit_id from seen order by xid desc, commit_id desc limit 1) last
        """
    )
    fileprivate static let uncountedDays = Statement(
        "ingest.quality_uncounted_days",
        """
        select day::date from generate_series($1::date, $2::date, interval '1 day') as day
        where not exists (select from quality_days d where d.day = day.day::date)
        order by day
        """
    )
    fileprivate static let insertDay = Statement(
        "ingest.quality_insert_day",
        """
        with old as (delete from quality_event_counts where day = $1)
        insert into quality_days (day, time_zone) values ($1, $2)
        on conflict (day) do update set time_zone = excluded.time_zone
        """
    )
    fileprivate static let countDay = Statement(
        "ingest.quality_count_day",
        """
        insert into quality_event_counts (day, origin, kind, channel, events, unknown, with_source,
            with_campaign, with_value, with_order, with_user, with_geo)
        select $1, origin, kind, coalesce(channel, 0), count(*),
            count(*) filter (where confidence < 0.5 or channel = u.number),
            count(source), count(campaign), count(value), count(order_id), count(user_id),
            count(geo)
        from events
        left join channels u on u.slug = 'unassigned'
        where occurred_at >= $1::timestamp at time zone $2
            and occurred_at < ($1::date + 1)::timestamp at time zone $2
        group by origin, kind, channel
        order by count(*) desc, origin, kind, channel limit $3
        """
    )
    fileprivate static let pruneDays = Statement(
        "ingest.quality_prune_days",
        "delete from quality_days where day < $1"
    )
    fileprivate static let pruneTallies = Statement(
        "ingest.quality_prune_tallies",
        "delete from intake_tallies where day < $1"
    )
    fileprivate static let readEvents = Statement(
        "ingest.quality_read_events",
        """
        select e.day, e.origin, e.kind, coalesce(c.slug, ''), e.events, e.unknown, e.with_source,
            e.with_campaign, e.with_value, e.with_order, e.with_user, e.with_geo
        from quality_event_counts e left join channels c on c.number = e.channel
        where e.day between $1 and $2
        order by e.day desc, e.events desc, e.origin, e.kind, e.channel limit $3
        """
    )
    fileprivate static let readArrivals = Statement(
        "ingest.quality_read_arrivals",
        """
        select origin, count(*),
            count(*) filter (where occurred_at > received_at + interval '1 hour')
        from events
        where received_at >= $1::timestamp at time zone $2
            and received_at < ($1::date + 1)::timestamp at time zone $2
        group by origin
        order by count(*) desc, origin limit $3
        """
    )
    fileprivate static let readTallies = Statement(
        "ingest.quality_read_tallies",
        """
        select kind, source, fate, reason, sum(row_count)::bigint from intake_tallies
        where day = $1
        group by kind, source, fate, reason
        order by sum(row_count) desc, kind, source, fate, reason limit $2
        """
    )
    fileprivate static let readSpend = Statement(
        "ingest.quality_read_spend",
        """
        select s.day, coalesce(c.slug, ''), o.platform, s.currency, sum(s.spend)::float8,
            least(coalesce(sum(s.clicks), 0), 9223372036854775807)::bigint, count(*)
        from spend s
        join spend_sources o on o.source = s.source
        left join channels c on c.number = o.channel
        where s.day between $1 and $2
        group by s.day, c.slug, o.platform, s.currency
        order by s.day desc, count(*) desc, c.slug, o.platform, s.currency limit $3
        """
    )
    fileprivate static let readKpis = Statement(
        "ingest.quality_read_kpis",
        """
        select day, name, counted_by, currency, sum(value)::float8 from kpi
        where day between $1 and $2
        group by day, name, counted_by, currency
        order by day desc, count(*) desc, name, counted_by, currency limit $3
        """
    )
    fileprivate static let readRates = Statement(
        "ingest.quality_read_rates",
        """
        select a.kind, a.currency, sum(a.row_count)::bigint,
            coalesce(sum(a.row_count) filter (where r.day is null), 0)::bigint,
            count(*) filter (where r.day is null)
        from (
            select 'spend' as kind, day, currency, count(*) as row_count from spend
            where day between $1::date - 34 and $1
            group by day, currency
            union all
            select 'kpi', day, currency, count(*) from kpi
            where day between $1::date - 34 and $1 and currency <> ''
            group by day, currency
        ) a
        left join ingest_v1_reporting_rates r
            on r.day = a.day and r.currency = a.currency and r.day between $1::date - 34 and $1
        group by a.kind, a.currency
        order by sum(a.row_count) desc, a.kind, a.currency limit $2
        """
    )
    fileprivate static let readAhead = Statement(
        "ingest.quality_read_ahead",
        """
        select kind, name, row_count from (
            select 'spend' as kind, o.platform as name, count(*) as row_count
            from spend s join spend_sources o on o.source = s.source
            where s.day > $1::date + 1
            group by o.platform
            union all
            select 'kpi', name, count(*) from kpi where day > $1::date + 1 group by name
        ) a
        order by row_count desc, kind, name limit $2
        """
    )
    fileprivate static let readOrders = Statement(
        "ingest.quality_read_orders",
        """
        select kind, count(*), count(*) filter (where standing = 3) from ingest_v1_conversions
        where occurred_at >= $1::timestamp at time zone $2
            and occurred_at < ($1::date + 1)::timestamp at time zone $2 and order_id is not null
        group by kind
        order by count(*) desc, kind limit $3
        """
    )
}
