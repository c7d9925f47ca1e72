internal import Postgres
internal import RPC
internal import Taxonomy
internal import Tenancy
internal import Wire

/// From a day to a day where a tenant is, both included; nil where there is no bound.
struct RemapDays: Sendable {
    let first: PostgresDate?
    let last: PostgresDate?
    let timeZone: String
}

/// An event that older rules have mapped.
struct OutdatedEvent: Sendable {
    let key: PostgresUUID
    let channel: Int32?
    let confidence: Float?
    let rest: SharedBytes?

    /// The event with the channel that it belongs to.
    ///
    /// - Throws: DATA_LOSS if it is not as it was written.
    func mapped(
        by mapper: ChannelMapper,
        _ channels: [String: Int32]
    ) throws(RPCError) -> RemappedEvent {
        let traffic = TrafficSource(try TouchClues(rest: rest) ?? TouchClues())
        let found = StoredChannel(traffic, by: mapper, channels)
        return RemappedEvent(
            key: key,
            found: found,
            isChanged: found.channel != channel || found.confidence != confidence
        )
    }
}

/// An event that the rules in force have mapped.
struct RemappedEvent: Sendable {
    let key: PostgresUUID
    let found: StoredChannel
    /// Whether that is other than what is stored.
    let isChanged: Bool
}

/// Stored events while they are mapped anew: all the SQL.
struct RemapStore: Sendable {
    /// How long it may take to count all events.
    static let countingTime = Duration.seconds(900)
    /// How many events are mapped at a time.
    private static let batch = 256

    /// Counts the events that older rules have mapped.
    func count(
        _ days: RemapDays,
        before version: Int64,
        in scope: TenantScope
    ) async throws(PostgresError) -> Int64 {
        try await scope.read(.countOutdated, version, days.first, days.last, days.timeZone)
            .one().read(Int64.self)
    }

    /// The key of the last of so many events after a key; nil if there are none.
    func lastKey(
        of count: Int,
        after key: PostgresUUID,
        in scope: TenantScope
    ) async throws(PostgresError) -> PostgresUUID? {
        try await scope.read(.lastKey, key, Int64(count)).atMostOne()?.read(PostgresUUID.self)
    }

    /// Takes the events between two keys that older rules have mapped, some at a time.
    ///
    /// - Parameters:
    ///   - days: of which days.
    ///   - keys: without the first, and with the last.
    ///   - version: the rules that are older than this.
    ///   - scope: the tenant's.
    ///   - take: takes some.
    /// - Throws: `PostgresError`, or what the closure throws.
    func scan(
        _ days: RemapDays,
        _ keys: (after: PostgresUUID, upTo: PostgresUUID),
        before version: Int64,
        in scope: TenantScope,
        take: ([OutdatedEvent]) async throws -> Void
    ) async throws {
        try await scope.transaction(TransactionOptions(isReadOnly: true)) { transaction in
            let rows = try await transaction.stream(
                .listOutdated,
                version,
                days.first,
                days.last,
                days.timeZone,
                keys.after,
                keys.upTo
            )
            var waiting: [OutdatedEvent] = []
            for try await row in rows {
                waiting.append(try OutdatedEvent(row))
                if waiting.count == Self.batch {
                    try await take(waiting)
                    waiting.removeAll(keepingCapacity: true)
                }
            }
            try await take(waiting)
        }
    }

    /// Whether rules are still the ones in force; they stay so while the transaction holds them.
    func isInForce(
        _ version: Int64,
        _ transaction: PostgresTransaction
    ) async throws(PostgresError) -> Bool {
        try await transaction.query(.rulesVersion).one().read(Int64.self) == version
    }

    /// Writes where events belong, and notes it in the feed if any belongs elsewhere than before.
    ///
    /// - Parameters:
    ///   - events: at least one.
    ///   - version: the rules that say so.
    ///   - transaction: holds them.
    /// - Returns: how many were still mapped by older rules, and how many of them changed.
    /// - Throws: `PostgresError`.
    func write(
        _ events: [RemappedEvent],
        by version: Int64,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> (mapped: Int, changed: Int) {
        let (mapped, changed) = try await transaction.query(
            .remapEvents,
            events.map(\.key),
            events.map(\.found.channel),
            events.map(\.found.confidence),
            version,
            PostgresUUID.random()
        ).one().read(Int64.self, Int64.self)
        return (Int(mapped), Int(changed))
    }
}

extension OutdatedEvent {
    /// Reads a row of ``Statement/listOutdated``.
    fileprivate init(_ row: Row) throws(PostgresError) {
        key = try row.read(PostgresUUID.self, at: 0)
        channel = try row.read(Int32?.self, at: 1)
        confidence = try row.read(Float?.self, at: 2)
        rest = try row.read(SharedBytes?.self, at: 3)
    }
}

extension Statement {
    fileprivate static let countOutdated = Statement(
        "ingest.count_outdated",
        """
        select count(*) from events
        where rules_version < $1
            and ($2::date is null or occurred_at >= $2::date::timestamp at time zone $4)
            and ($3::date is null or occurred_at < ($3::date + 1)::timestamp at time zone $4)
        """
    )
    fileprivate static let lastKey = Statement(
        "ingest.last_key_of_part",
        """
        select key from (select key from events where key > $1 order by key limit $2) part
        order by key desc limit 1
        """
    )
    fileprivate static let listOutdated = Statement(
        "ingest.list_outdated",
        """
        select key, channel, confidence, rest from events
        where rules_version < $1
            and ($2::date is null or occurred_at >= $2::date::timestamp at time zone $4)
            and ($3::date is null or occurred_at < ($3::date + 1)::timestamp at time zone $4)
            and key > $5 and key <= $6
        order by key
        """
    )
    /// An event that changes is of the commit that changed it: whoever follows the feed finds it.
    fileprivate static let remapEvents = Statement(
        "ingest.remap_events",
        """
        with head as materialized (
            select nextval('event_commit_ids') as commit_id
        ),
        given as materialized (
            select * from unnest($1::uuid[], $2::integer[], $3::real[])
                as given (key, channel, confidence)
        ),
        mapped as (
            update events set
                commit_id = case
                    when events.channel is distinct from (given.channel)
                        or events.confidence is distinct from (given.confidence)
                    then head.commit_id else events.commit_id
                end,
                brought_by = coalesce(events.brought_by, events.commit_id),
                channel = given.channel, confidence = given.confidence, rules_version = $4
            from given, head
            where events.key = given.key and events.rules_version < $4
            returning events.commit_id = head.commit_id as is_changed, events.occurred_at
        ),
        noted as (
            insert into event_commits (commit_id, xid, token, events, days, written_at)
            select head.commit_id, pg_current_xact_id(), $5, count(*),
                array_agg(distinct (occurred_at at time zone 'UTC')::date), now()
            from head, mapped
            where is_changed
            group by head.commit_id
        )
        select count(*), count(*) filter (where is_changed) from mapped
        """
    )
}
