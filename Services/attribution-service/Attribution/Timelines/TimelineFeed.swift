internal import Messages
internal import Postgres
internal import RPC
internal import Tenancy
internal import Touches
internal import Wire

/// What has changed in ingest since it was last looked at: all the SQL.
///
/// Everything but ``head(in:)`` is called in a transaction that holds the head, so that no two
/// builds write at once.
struct TimelineFeed: Sendable {
    /// The order ids that are none.
    let overused: OverusedOrders

    /// Where in the feed it was looked last, and by which rule touches were found.
    struct Head: Sendable {
        /// The number of the transaction, as the database writes it.
        var xid: String
        var commit: Int64
        var touchRule: Int64
        /// When it was taken.
        let time: PostgresTimestamp
        /// How often persons have been put together.
        let turn: Int64

        fileprivate init(_ row: Row) throws(PostgresError) {
            xid = try row.read(String.self, at: 0)
            commit = try row.read(Int64.self, at: 1)
            touchRule = try row.read(Int64.self, at: 2)
            time = try row.read(PostgresTimestamp.self, at: 3)
            turn = try row.read(Int64.self, at: 4)
        }

        /// Whether the feed has never been looked at.
        var isNew: Bool { xid == "0" }

        /// Whether nobody has looked at the feed, or for another rule, between two of them.
        func isAtSamePlace(as other: Head) -> Bool {
            xid == other.xid && commit == other.commit && touchRule == other.touchRule
        }
    }

    /// The events that a transaction of ingest's wrote or deleted.
    struct Commit: Sendable {
        let xid: String
        let id: Int64
        let events: Int
        let deleted: Int
        let days: [PostgresDate]
    }

    /// How many commits, and about how many events, are looked at in a transaction.
    private static let most = (commits: 1_000, events: 100_000)

    /// Takes the head, for as long as the transaction lasts.
    func hold(in transaction: PostgresTransaction) async throws(PostgresError) -> Head {
        try Head(try await transaction.query(.holdHead).one())
    }

    /// The head, which others may move meanwhile.
    func head(in transaction: PostgresTransaction) async throws(PostgresError) -> Head {
        try Head(try await transaction.query(.readHead).one())
    }

    /// The touch rule in force.
    ///
    /// - Throws: `PostgresError`; DATA_LOSS if it is not as it was written.
    func rule(
        in transaction: PostgresTransaction
    ) async throws -> (version: Int64, rule: TouchRule) {
        let row = try await transaction.query(.touchRule).one()
        let version = try row.read(Int64.self, at: 0)
        guard let bytes = try row.read(SharedBytes?.self, at: 1) else {
            return (version, try TouchRule(.standard))
        }
        guard case .touchRule(let rule)? = try IngestV1.Definition(decoding: bytes.bytes).content
        else { throw RPCError(.dataLoss, "the touch rule in force cannot be read") }
        return (version, try TouchRule(rule))
    }

    /// The next commits.
    ///
    /// - Parameters:
    ///   - head: after which.
    ///   - transaction: holds the head.
    /// - Returns: the commits, and whether there are more.
    /// - Throws: `PostgresError`.
    func commits(
        after head: Head,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> (commits: [Commit], hasMore: Bool) {
        let rows = try await transaction.query(
            .nextCommits,
            head.xid,
            head.commit,
            Int64(Self.most.commits + 1)
        )
        var commits: [Commit] = []
        var events = 0
        for row in rows {
            let commit = Commit(
                xid: try row.read(String.self, at: 0),
                id: try row.read(Int64.self, at: 1),
                events: Int(try row.read(Int32.self, at: 2)),
                deleted: Int(try row.read(Int32.self, at: 3)),
                days: try row.read([PostgresDate].self, at: 4)
            )
            events += commit.events
            let isFull = commits.count == Self.most.commits || events > Self.most.events
            if isFull && !commits.isEmpty { return (commits, true) }
            commits.append(commit)
        }
        return (commits, false)
    }

    /// Notes whose timelines commits change.
    func mark(
        _ commits: [Commit],
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await overused.note(commits.map(\.id), in: transaction)
        try await transaction.query(.markCommits, commits.map(\.id))
        let days = Set(commits.filter { $0.deleted > 0 }.flatMap(\.days))
        if days.isEmpty { return }
        try await overused.review(in: transaction)
        try await transaction.query(.markDays, Array(days))
    }

    /// Notes everybody who has an event.
    func markAll(in transaction: PostgresTransaction) async throws(PostgresError) {
        try await overused.noteAll(in: transaction)
        try await transaction.query(.markAll)
    }

    /// The last commit that can be looked at.
    func last(in transaction: PostgresTransaction) async throws(PostgresError) -> Commit? {
        try await transaction.query(.lastCommit).atMostOne().map { row throws(PostgresError) in
            Commit(
                xid: try row.read(String.self, at: 0),
                id: try row.read(Int64.self, at: 1),
                events: 0,
                deleted: 0,
                days: []
            )
        }
    }

    /// Keeps how far it was looked.
    func move(
        to head: Head,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await transaction.query(.moveHead, head.xid, head.commit, head.touchRule)
    }

    /// Whether anything is to be done.
    static func hasNews(in scope: TenantScope) async throws(PostgresError) -> Bool {
        try await news(in: scope).hasNews
    }

    /// Whether anything is to be done, and it is time for that.
    ///
    /// While events come one commit after the other, as in an import, persons would be put together
    /// over and over, and the import would take longer: that waits for its end, but not for long.
    static func isDue(in scope: TenantScope) async throws(PostgresError) -> Bool {
        let news = try await news(in: scope)
        return news.hasNews && !news.isComing
    }

    /// Whether there is news, and more of it is just coming.
    private static func news(
        in scope: TenantScope
    ) async throws(PostgresError) -> (hasNews: Bool, isComing: Bool) {
        let row = try await scope.read(.hasNews, scope.entry.settings.timeZone).one()
        return (try row.read(Bool.self, at: 0), try row.read(Bool.self, at: 1))
    }
}

extension Statement {
    fileprivate static let holdHead = Statement(
        "attribution.hold_timeline_head",
        "select xid::text, commit_id, touch_rule, now(), turn from timeline_head for update"
    )
    fileprivate static let readHead = Statement(
        "attribution.read_timeline_head",
        "select xid::text, commit_id, touch_rule, now(), turn from timeline_head"
    )
    fileprivate static let touchRule = Statement(
        "attribution.touch_rule",
        "select version, definition from ingest_v1_definitions where subject = 'touch-rule'"
    )
    fileprivate static let nextCommits = Statement(
        "attribution.next_commits",
        """
        select xid::text, commit_id, events, deleted, days from ingest_v1_commits
        where (xid, commit_id) > ($1::text::xid8, $2)
            and xid < pg_snapshot_xmin(pg_current_snapshot())
        order by ingest_v1_commits.xid, commit_id
        limit $3
        """
    )
    fileprivate static let lastCommit = Statement(
        "attribution.last_commit",
        """
        select xid::text, commit_id from ingest_v1_commits
        where xid < pg_snapshot_xmin(pg_current_snapshot())
        order by ingest_v1_commits.xid desc, commit_id desc
        limit 1
        """
    )
    /// How a conversion stands to others of its order depends on all of them.
    fileprivate static let markCommits = Statement(
        "attribution.mark_commits",
        """
        insert into timeline_changes (id)
        select person from ingest_v1_events
        where commit_id = any ($1::bigint[]) and person is not null
        union
        select one from ingest_v1_identities where commit_id = any ($1::bigint[])
        union
        select other from ingest_v1_identities where commit_id = any ($1::bigint[])
        union
        select person from ingest_v1_conversions
        where person is not null and order_id in (
            select order_id from ingest_v1_conversions
            where commit_id = any ($1::bigint[]) and order_id is not null
            except
            select order_id from overused_orders
        )
        on conflict (id) do nothing
        """
    )
    /// Of deleted events only the days are told.
    ///
    /// Those are touched of whom there is less now than was looked at. Of whom there is as much,
    /// although some is gone, some has come, and its commit has them put together anew.
    fileprivate static let markDays = Statement(
        "attribution.mark_days",
        """
        with noted as (update timeline_head set has_unused_places = true),
        days as (
            select day::timestamp at time zone 'UTC' as first_at,
                (day + 1)::timestamp at time zone 'UTC' as end_at
            from unnest($1::date[]) as day
        )
        insert into timeline_changes (id)
        select person from timelines t
        where case when exists (
                select from days d where t.first_at < d.end_at and t.last_at >= d.first_at
            ) then t.events <> (
                select count(*) from ingest_v1_events e where e.person = any (t.ids)
            ) else false end
            or case when exists (
                select from days d
                where t.orders_first_at < d.end_at and t.orders_last_at >= d.first_at
            ) then t.order_events <> (
                select count(*) from ingest_v1_conversions c
                where c.order_id = any (t.orders)
                    and c.order_id not in (select order_id from overused_orders)
            ) else false end
        on conflict (id) do nothing
        """
    )
    fileprivate static let markAll = Statement(
        "attribution.mark_all",
        """
        insert into timeline_changes (id)
        select person from ingest_v1_events where person is not null
        union
        select person from timelines
        on conflict (id) do nothing
        """
    )
    fileprivate static let moveHead = Statement(
        "attribution.move_timeline_head",
        "update timeline_head set xid = $1::text::xid8, commit_id = $2, touch_rule = $3"
    )
    fileprivate static let hasNews = Statement(
        "attribution.has_news",
        """
        select exists (select from timeline_changes)
            or h.time_zone <> $1
            or h.touch_rule <> (
                select version from ingest_v1_definitions where subject = 'touch-rule'
            )
            or oldest.written_at is not null,
            coalesce(
                oldest.written_at > now() - interval '60 s'
                    and newest.written_at > now() - interval '10 s',
                false
            )
        from timeline_head h
        left join lateral (
            select written_at from ingest_v1_commits c
            where (c.xid, c.commit_id) > (h.xid, h.commit_id)
                and c.xid < pg_snapshot_xmin(pg_current_snapshot())
            order by c.xid, c.commit_id
            limit 1
        ) oldest on true
        left join lateral (
            select written_at from ingest_v1_commits c
            where (c.xid, c.commit_id) > (h.xid, h.commit_id)
            order by c.xid desc, c.commit_id desc
            limit 1
        ) newest on true
        """
    )
}
