internal import Crypto
internal import Messages
internal import Postgres
internal import Tenancy
internal import Wire

/// An event that is to be deleted: its key, and the day in UTC that it happened on.
typealias FoundEvent = (key: PostgresUUID, day: PostgresDate)

/// The deletion of events and of rejected rows: all its SQL.
struct ErasureStore: Sendable {
    /// Before every key.
    static let firstKey = PostgresUUID(high: 0, low: 0)

    /// Whether a tenant has more events than so many.
    func hasMore(than count: Int, in scope: TenantScope) async throws(PostgresError) -> Bool {
        try await scope.read(.hasMoreEvents, Int64(count)).one().read(Bool.self)
    }

    /// Draws the number of a commit after which all others come: those before it are committed.
    func nextCommit(in transaction: PostgresTransaction) async throws(PostgresError) -> Int64 {
        var batch = Batch()
        batch.append(.stopIntake)
        batch.append(.nextCommit)
        return try await transaction.run(batch)[1].one().read(Int64.self)
    }

    /// The last key of the next so many events; nil if there are fewer.
    func end(
        ofWindow count: Int,
        after key: PostgresUUID,
        in scope: TenantScope
    ) async throws(PostgresError) -> PostgresUUID? {
        try await scope.read(.endOfWindow, key, Int64(count - 1)).atMostOne()?
            .read(PostgresUUID.self)
    }

    /// The last key that there is.
    func lastKey(in scope: TenantScope) async throws(PostgresError) -> PostgresUUID? {
        try await scope.read(.lastKey).atMostOne()?.read(PostgresUUID.self)
    }

    /// What finds events of a selection.
    ///
    /// - Parameters:
    ///   - selection: which.
    ///   - keys: after the first; up to the second, if there is one.
    /// - Returns: one statement, for ``found(_:)``.
    func find(
        _ selection: EventSelection,
        between keys: (PostgresUUID, PostgresUUID?) = (Self.firstKey, nil)
    ) -> Batch {
        var batch = Batch()
        batch.append(
            .findEvents,
            keys.0,
            keys.1,
            selection.beforeCommit,
            selection.from,
            selection.to,
            selection.suffixes,
            selection.origin,
            selection.commits,
            selection.persons?.visitors,
            selection.persons?.users,
            selection.importID
        )
        return batch
    }

    /// What ``find(_:between:)`` has found.
    func found(_ results: [Rows]) throws(PostgresError) -> [FoundEvent] {
        try results[0].map { row throws(PostgresError) in
            try row.read(PostgresUUID.self, PostgresDate.self)
        }
    }

    /// Deletes events beside which none is written, and notes it in the feed.
    ///
    /// - Parameters:
    ///   - events: which.
    ///   - isTaking: whether their ids stay taken; otherwise they are free.
    ///   - keys: the tenant's.
    ///   - transaction: the tenant's.
    /// - Returns: how many there were.
    /// - Throws: `PostgresError`.
    func delete(
        _ events: [FoundEvent],
        takingIDs isTaking: Bool,
        _ keys: EventKeys,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Int {
        if events.isEmpty { return 0 }
        var batch = Batch()
        batch.append(.stopIntake)
        batch.append(.deleteEvents, events.map(\.key))
        let gone = try await transaction.run(batch)[1].map { row throws(PostgresError) in
            let (key, id) = try row.read(PostgresUUID.self, String.self)
            return (key: key, digest: keys.digest(id))
        }
        if gone.isEmpty { return 0 }
        var notes = Batch()
        if isTaking {
            notes.append(.keepKeys, gone.map(\.key), gone.map(\.digest))
        } else {
            notes.append(.freeIDs, gone.map(\.digest))
        }
        let days = Set(events.map(\.day)).sorted()
        notes.append(.noteDeletion, Int32(clamping: gone.count), days)
        _ = try await transaction.run(notes)
        return gone.count
    }

    // MARK: Rejected rows

    /// The most bytes of rows that are looked at together, unless one alone has more.
    private static let mostBytes = 8 << 20

    /// The next rejected rows of events.
    ///
    /// - Parameters:
    ///   - selection: which; its closure is not asked.
    ///   - number: after which number.
    ///   - limit: how many at most.
    ///   - scope: the tenant's.
    /// - Returns: the rows, in the order of their numbers; none if there are no more.
    /// - Throws: `PostgresError`.
    func rejected(
        _ selection: RejectedSelection,
        after number: Int64,
        limit: Int,
        in scope: TenantScope
    ) async throws(PostgresError) -> [RejectedBody] {
        try await scope.read(
            .nextRejected,
            number,
            selection.source,
            selection.batch,
            selection.from,
            selection.to,
            Int64(limit),
            Int64(Self.mostBytes)
        ).map { row throws(PostgresError) in
            let (number, form, messageType, bytes) = try row.read(
                Int64.self,
                String.self,
                String.self,
                SharedBytes.self
            )
            return RejectedBody(
                number: number,
                form: messageType.isEmpty
                    ? (form == "json" ? .json : .line) : .protobuf(messageType),
                bytes: bytes
            )
        }
    }

    /// What deletes rejected rows.
    static func delete(rejected numbers: [Int64]) -> Batch {
        var batch = Batch()
        batch.append(.deleteRejected, numbers)
        return batch
    }
}

extension Statement {
    fileprivate static let hasMoreEvents = Statement(
        "ingest.has_more_events",
        "select exists (select from events offset $1)"
    )
    fileprivate static let nextCommit = Statement(
        "ingest.next_event_commit",
        "select nextval('event_commit_ids')"
    )
    fileprivate static let endOfWindow = Statement(
        "ingest.end_of_events",
        "select key from events where key > $1 order by key offset $2 limit 1"
    )
    fileprivate static let lastKey = Statement(
        "ingest.last_event",
        "select key from events order by key desc limit 1"
    )
    fileprivate static let findEvents = Statement(
        "ingest.find_events",
        """
        select key, (occurred_at at time zone 'UTC')::date from events
        where key > $1 and ($2::uuid is null or key <= $2) and coalesce(brought_by, commit_id) < $3
            and ($4::timestamptz is null or occurred_at >= $4)
            and ($5::timestamptz is null or occurred_at < $5)
            and ($6::bytea[] is null or substring(uuid_send(key) from 7) = any ($6))
            and ($7::text is null or origin = $7)
            and ($8::bigint[] is null or coalesce(brought_by, commit_id) = any ($8))
            and ($9::text[] is null or anonymous_id = any ($9) or user_id = any ($10::text[]))
            and ($11::uuid is null or coalesce(brought_by, commit_id) in (
                select commit_id from import_commits where import_id = $11
            ))
        """
    )
    fileprivate static let deleteEvents = Statement(
        "ingest.delete_events",
        """
        with gone as (delete from conversions where key = any ($1))
        delete from events where key = any ($1) returning key, event_id
        """
    )
    /// The others are in `event_seen`.
    fileprivate static let keepKeys = Statement(
        "ingest.keep_keys_of_events",
        """
        insert into erased_events (key)
        select key from unnest($1::uuid[], $2::uuid[]) as gone (key, digest)
        where not exists (select from event_seen where hash = digest)
        order by key
        on conflict (key) do nothing
        """
    )
    fileprivate static let freeIDs = Statement(
        "ingest.free_ids_of_events",
        "delete from event_seen where hash = any ($1)"
    )
    fileprivate static let noteDeletion = Statement(
        "ingest.note_deletion_of_events",
        """
        insert into event_commits (commit_id, xid, token, events, deleted, days, written_at)
        values (
            nextval('event_commit_ids'), pg_current_xact_id(), gen_random_uuid(), 0, $1, $2, now()
        )
        """
    )
    fileprivate static let nextRejected = Statement(
        "ingest.next_rejected_events",
        """
        select number, form, message_type, body
        from (
            select number, form, message_type, body,
                sum(octet_length(body)) over (order by number) - octet_length(body) as bytes_before
            from rejected_rows
            where number > $1 and kind = 'event' and ($2::text is null or source = $2)
                and ($3::uuid is null or batch = $3)
                and ($4::timestamptz is null or rejected_at >= $4)
                and ($5::timestamptz is null or rejected_at < $5)
            order by number
            limit $6
        ) r
        where bytes_before < $7
        order by number
        """
    )
    fileprivate static let deleteRejected = Statement(
        "ingest.delete_rejected_rows",
        "delete from rejected_rows where number = any ($1)"
    )
}
