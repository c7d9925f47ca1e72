internal import Crypto
internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// The events of tenants: all their SQL.
struct EventStore: Sendable {
    /// What makes keys of a tenant's events.
    ///
    /// - Throws: `PostgresError`.
    func keys(in scope: TenantScope) async throws -> EventKeys {
        let secret = try await scope.read(.eventSecret).one().read(SharedBytes.self)
        guard let hash = SipHash(key: secret.bytes) else {
            throw RPCError(.internalError, "the tenant's secret is none")
        }
        return EventKeys(hash)
    }

    // MARK: Writing

    /// What writes a group in one transaction, and notes it in the feed if there was anything new;
    /// nothing of it if what it depends on has changed since: rules have been put that a row should
    /// have been mapped by, or others have been forgotten than the group was held to.
    ///
    /// - Parameter group: the rows.
    /// - Returns: the statements, whose results ``known(_:)`` reads.
    static func batch(_ group: EventGroup) -> Batch {
        var batch = Batch()
        let rows = group.rows
        let definitions = group.definitions
        batch.append(.holdIntake)
        batch.append(
            .insertEvents,
            PostgresColumn(of: rows) { $0.content.key },
            PostgresColumn(of: rows) { $0.content.digest },
            PostgresColumn(of: rows) { $0.content.kind },
            PostgresColumn(of: rows) { $0.content.occurredAt },
            PostgresColumn(of: rows) { $0.content.receivedAt },
            PostgresColumn(of: rows) { $0.content.eventID },
            PostgresColumn(of: rows) { $0.content.anonymousID },
            PostgresColumn(of: rows) { $0.content.userID },
            PostgresColumn(of: rows) { $0.content.name },
            PostgresColumn(of: rows) { $0.content.channel },
            PostgresColumn(of: rows) { $0.content.rulesVersion },
            PostgresColumn(of: rows) { $0.content.confidence },
            PostgresColumn(of: rows) { $0.content.source },
            PostgresColumn(of: rows) { $0.content.medium },
            PostgresColumn(of: rows) { $0.content.campaign },
            PostgresColumn(of: rows) { $0.content.value },
            PostgresColumn(of: rows) { $0.content.currency },
            PostgresColumn(of: rows) { $0.content.orderID },
            PostgresColumn(of: rows) { $0.content.geo },
            PostgresColumn(of: rows) { $0.content.origin },
            PostgresColumn(of: rows) { $0.content.rest },
            group.token,
            group.forgotten.version,
            PostgresColumn(of: rows) { $0.content.arrival },
            definitions,
            PostgresColumn(of: rows) { $0.content.ad }
        )
        appendBelongings(of: group, to: &batch)
        return batch
    }

    /// What belongs to the events of a group that have been stored: conversions, and ids that they
    /// join.
    ///
    /// - Parameters:
    ///   - group: the rows.
    ///   - batch: what stores them, or comes behind it.
    static func appendBelongings(of group: EventGroup, to batch: inout Batch) {
        ConversionStore.append(group, to: &batch)
        let edges = group.edges
        if !edges.isEmpty {
            batch.append(
                .insertEdges,
                edges.map(\.edge.one),
                edges.map(\.edge.other),
                edges.map(\.occurredAt),
                group.forgotten.version,
                group.rules,
                group.definitions,
                group.token
            )
        }
        let edgesIfNew = group.edgesIfNew
        if !edgesIfNew.isEmpty {
            batch.append(
                .insertEdgesIfNew,
                edgesIfNew.map(\.edge.one),
                edgesIfNew.map(\.edge.other),
                edgesIfNew.map(\.key),
                edgesIfNew.map(\.occurredAt),
                group.token
            )
        }
    }

    /// What writes a group, if it is so small that one answer is worth more than what the server
    /// saves by ``EventCopy``.
    static func smallBatch(_ group: EventGroup) -> Batch? {
        group.rows.count < EventCopy.leastRows ? batch(group) : nil
    }

    /// The text of the one that writes the rows.
    static var insertStatement: String { "\(Statement.insertEvents.sql)" }

    /// Writes a group.
    ///
    /// - Parameters:
    ///   - group: the rows.
    ///   - batch: see ``smallBatch(_:)``.
    ///   - scope: the tenant's.
    /// - Returns: as ``known(_:)``.
    /// - Throws: what fails all of them.
    func write(
        _ group: EventGroup,
        _ batch: Batch?,
        in scope: TenantScope
    ) async throws -> [Int]? {
        if let batch { return try Self.known(try await scope.write(batch)) }
        return try await scope.transaction { try await EventCopy.write(group, in: $0) }
    }

    /// Writes a group as a part of a transaction; else as for a scope.
    static func write(
        _ group: EventGroup,
        _ batch: Batch?,
        mayBeKnown: Bool = false,
        in transaction: PostgresTransaction
    ) async throws -> [Int]? {
        if let batch { return try known(try await transaction.run(batch)) }
        return try await EventCopy.write(group, mayBeKnown: mayBeKnown, in: transaction)
    }

    /// What a batch tells.
    ///
    /// - Parameter results: those of its statements.
    /// - Returns: the places of rows that were stored before; nil if nothing was written, because
    ///   other rules than those of a row are in force, or others are forgotten.
    /// - Throws: `PostgresError`.
    static func known(_ results: [Rows]) throws(PostgresError) -> [Int]? {
        let places = try results[1].map { row throws(PostgresError) in
            let place = try row.read(Int64.self)
            return Int(place) - 1
        }
        return places.contains(-1) ? nil : places
    }

    /// Finds out what became of rows whose transaction may have been committed.
    ///
    /// - Parameters:
    ///   - group: the rows.
    ///   - scope: the tenant's.
    /// - Returns: the places of rows that were stored before; nil if it was not committed, or had
    ///   nothing to store.
    /// - Throws: `PostgresError`.
    func settle(_ group: EventGroup, in scope: TenantScope) async throws(PostgresError) -> [Int]? {
        let commits = try await scope.read(.findCommit, group.token)
        guard let commit = try commits.atMostOne()?.read(Int64.self) else { return nil }
        var own: Set<PostgresUUID> = []
        for row in try await scope.read(.listOwn, group.rows.map(\.content.key), commit) {
            own.insert(try row.read(PostgresUUID.self))
        }
        return group.rows.indices.filter { !own.contains(group.rows[$0].content.key) }
    }

    // MARK: Reading

    /// Counts events.
    ///
    /// - Parameters:
    ///   - days: the first and the last day.
    ///   - timeZone: where the days are, as the database calls it.
    ///   - kind: which; nil for all.
    ///   - scope: the tenant's.
    /// - Returns: the counts.
    /// - Throws: `PostgresError`.
    func count(
        _ days: ClosedRange<PostgresDate>,
        in timeZone: String,
        kind: Int16?,
        _ scope: TenantScope
    ) async throws(PostgresError) -> [IngestV1.CountEventsResponse.Count] {
        try await scope.read(
            .countEvents,
            days.lowerBound,
            days.upperBound,
            timeZone,
            kind
        ).map { row throws(PostgresError) in
            var count = IngestV1.CountEventsResponse.Count()
            count.day = try row.read(PostgresDate.self, at: 0).text
            count.kind = IngestV1.Event.Kind(rawValue: Int32(try row.read(Int16.self, at: 1)))
            count.channel = try row.read(String?.self, at: 2) ?? ""
            count.events = try row.read(Int64.self, at: 3)
            return count
        }
    }

    /// Commits after a place that can be followed by no earlier one any more.
    ///
    /// - Parameters:
    ///   - place: after which.
    ///   - limit: how many.
    ///   - scope: the tenant's.
    /// - Returns: the commits and their places.
    /// - Throws: `PostgresError`.
    func commits(
        after place: EventPlace,
        limit: Int,
        in scope: TenantScope
    ) async throws(PostgresError) -> [(EventPlace, IngestV1.ListEventCommitsResponse.Commit)] {
        try await scope.read(.listCommits, place.transaction, place.commit, Int64(limit))
            .map { row throws(PostgresError) in
                var commit = IngestV1.ListEventCommitsResponse.Commit()
                let transaction = try row.read(String.self, at: 0)
                commit.commitID = try row.read(Int64.self, at: 1)
                commit.events = try row.read(Int32.self, at: 2)
                commit.days = try row.read([PostgresDate].self, at: 3).map(\.text)
                commit.writeTime = GoogleProtobuf.Timestamp(try row.read(UTCTimestamp.self, at: 4))
                commit.deleted = try row.read(Int32.self, at: 5)
                return (EventPlace(transaction: transaction, commit: commit.commitID), commit)
            }
    }
}

extension Statement {
    fileprivate static let eventSecret = Statement(
        "ingest.event_secret",
        "select secret from event_head"
    )

    /// The places, from 1, of rows that were stored before; 0 among them if nothing is written.
    ///
    /// Nothing is if one was mapped by other rules than those in force, `$23` is no longer the
    /// state of who is forgotten, or `$25` not the version of the conversion definitions.
    ///
    /// `$2` is null where the key alone decides. Rows come in the order of their keys, and ids in
    /// that of their digests: two groups with some in common wait for each other, and never both.
    /// Rows are stored in the order in which they come, for nothing in the statement gives a plan
    /// cause to change it: it neither sorts them, nor joins them with `erased_events`. Of these a
    /// group has hardly ever any; they are put in a hash, which each row asks once.
    ///
    /// Arrays are unfolded beside each other in one list, and not as functions in `from`, each of
    /// which keeps a store. By both, a group of 10,000 takes 9 microseconds of the server's time a
    /// row, and not 12. Rows sent by COPY to an unlogged table, and inserted from there, take 11 if
    /// it is truncated after each group, and 34 if they are deleted; large groups therefore go by
    /// `EventCopy`, which sends new rows to the table itself.
    fileprivate static let insertEvents = Statement(
        "ingest.insert_events",
        """
        with given as materialized (
            select generate_series(1, cardinality($1)) as place,
                unnest($1::uuid[]) as key, unnest($2::uuid[]) as digest,
                unnest($3::smallint[]) as kind, unnest($4::timestamptz[]) as occurred_at,
                unnest($5::timestamptz[]) as received_at, unnest($6::text[]) as event_id,
                unnest($7::text[]) as anonymous_id, unnest($8::text[]) as user_id,
                unnest($9::text[]) as name, unnest($10::integer[]) as channel,
                unnest($11::bigint[]) as rules_version, unnest($12::real[]) as confidence,
                unnest($13::text[]) as source, unnest($14::text[]) as medium,
                unnest($15::text[]) as campaign, unnest($16::numeric[]) as value,
                unnest($17::text[]) as currency, unnest($18::text[]) as order_id,
                unnest($19::text[]) as geo, unnest($20::text[]) as origin,
                unnest($21::bytea[]) as rest, unnest($24::uuid[]) as arrival,
                unnest($26::text[]) as ad
        ),
        head as materialized (
            select nextval('event_commit_ids') as commit_id from event_head
            where forgettings = $23 and ($25::bigint is null or definitions = $25) and not exists (
                select from given
                where rules_version < (select coalesce(max(version), 0) from channel_rules)
            )
        ),
        seen as (
            insert into event_seen (hash, day)
            select digest, (occurred_at at time zone 'UTC')::date from head, given
            where digest is not null
            order by digest
            on conflict (hash) do nothing
            returning hash
        ),
        stored as (
            insert into events (
                key, commit_id, kind, occurred_at, received_at, event_id, anonymous_id, user_id,
                name, channel, rules_version, confidence, source, medium, campaign, value,
                currency, order_id, geo, origin, rest, arrival, ad
            )
            select key, head.commit_id, kind, occurred_at, received_at, event_id, anonymous_id,
                user_id, name, channel, rules_version, confidence, source, medium, campaign, value,
                currency, order_id, geo, origin, rest, arrival, ad
            from head, given
            where (digest is null or digest in (select hash from seen))
                and key not in (select e.key from erased_events e where e.key = any ($1))
            on conflict (key) do nothing
            returning key, occurred_at
        ),
        noted as (
            insert into event_commits (commit_id, xid, token, events, days, written_at)
            select head.commit_id, pg_current_xact_id(), $22, count(*),
                array_agg(distinct (occurred_at at time zone 'UTC')::date), now()
            from head, stored
            group by head.commit_id
        )
        select place from given where not exists (select from stored where stored.key = given.key)
        union all
        select 0 where not exists (select from head)
        """
    )
    /// What joins ids stands in the feed, also if all its events were stored before.
    fileprivate static let insertEdges = Statement(
        "ingest.insert_identity_edges",
        """
        with joined as (
            insert into identity_edges (one, other, commit_id, occurred_at)
            select one, other, currval('event_commit_ids'), occurred_at
            from unnest($1::text[], $2::text[], $3::timestamptz[])
                as given (one, other, occurred_at)
            where exists (
                select from event_head
                where forgettings = $4 and ($6::bigint is null or definitions = $6)
            ) and (
                $5::bigint is null
                or $5 >= (select coalesce(max(version), 0) from channel_rules)
            )
            order by one, other
            on conflict (one, other) do nothing
            returning commit_id
        )
        insert into event_commits (commit_id, xid, token, events, days, written_at)
        select distinct commit_id, pg_current_xact_id(), $7::uuid, 0, array[]::date[], now()
        from joined
        where not exists (select from event_commits c where c.commit_id = joined.commit_id)
        """
    )
    /// Only those of events that the group has stored.
    fileprivate static let insertEdgesIfNew = Statement(
        "ingest.insert_identity_edges_if_new",
        """
        insert into identity_edges (one, other, commit_id, occurred_at)
        select given.one, given.other, c.commit_id, min(given.occurred_at)
        from event_commits c
        join unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[])
            as given (one, other, key, occurred_at) on true
        join events e on e.key = given.key and e.commit_id = c.commit_id
        where c.token = $5
        group by given.one, given.other, c.commit_id
        order by given.one, given.other
        on conflict (one, other) do nothing
        """
    )
    fileprivate static let findCommit = Statement(
        "ingest.find_event_commit",
        "select commit_id from event_commits where token = $1"
    )
    fileprivate static let listOwn = Statement(
        "ingest.list_events_of_commit",
        "select key from events where key = any ($1::uuid[]) and commit_id = $2"
    )
    fileprivate static let countEvents = Statement(
        "ingest.count_events",
        """
        select (e.occurred_at at time zone $3)::date as day, e.kind, c.slug, count(*)
        from events e left join channels c on c.number = e.channel
        where e.occurred_at >= $1::timestamp at time zone $3
            and e.occurred_at < ($2::date + 1)::timestamp at time zone $3
            and ($4::smallint is null or e.kind = $4)
        group by day, e.kind, c.slug
        order by day, e.kind, c.slug
        """
    )
    /// Of transactions that are older than all that still run: none is to come before these.
    fileprivate static let listCommits = Statement(
        "ingest.list_event_commits",
        """
        select xid::text, commit_id, events, days, written_at, deleted from event_commits
        where (xid, commit_id) > ($1::text::xid8, $2)
            and xid < pg_snapshot_xmin(pg_current_snapshot())
        order by xid, commit_id
        limit $3
        """
    )
}
