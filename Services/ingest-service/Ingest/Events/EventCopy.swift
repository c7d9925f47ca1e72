internal import Postgres

/// Writes large groups of events: their ids are claimed by a statement, and the rows of those that
/// are new follow by COPY.
///
/// Of a million rows the server spends 6 s of processor time on COPY with all indexes of the table,
/// of which the index by persons has 3, and 8 on `insert on conflict`: that looks for each key
/// twice, and logs each row thrice.
struct EventCopy: Sendable {
    /// From how many rows on this takes less time than one statement, which needs no second answer.
    static let leastRows = 500

    /// How many ids of a group tell whether it may be all new.
    private static let sample = 64

    /// Writes a group as a part of a transaction.
    ///
    /// - Parameters:
    ///   - group: the rows.
    ///   - mayBeKnown: whether some of its like were known, so that signs say little: a guess that
    ///     is wrong is an error in the server's log, and rows that it has to sweep away.
    ///   - transaction: the tenant's.
    /// - Returns: as `EventStore.known(_:)`.
    /// - Throws: what fails all of them.
    static func write(
        _ group: EventGroup,
        mayBeKnown: Bool = false,
        in transaction: PostgresTransaction
    ) async throws -> [Int]? {
        // Ids that are known stop a group that seemed to be all new; those of somebody who was
        // writing the same events meanwhile, one that did not.
        for isNewByAllSigns in mayBeKnown ? [false] : [true, false] {
            do {
                return try await transaction.savepoint {
                    try await claim(group, isNewByAllSigns: isNewByAllSigns, in: transaction)
                }
            } catch let error as PostgresError where error.sqlState == .uniqueViolation {
                continue
            }
        }
        // A statement waits for him.
        return try EventStore.known(try await transaction.run(EventStore.batch(group)))
    }

    /// Claims the ids of a group, and stores what is new.
    ///
    /// - Parameters:
    ///   - group: the rows.
    ///   - isNewByAllSigns: whether a few ids that are new speak for all others, which are then
    ///     claimed without being looked for: that takes 3.5 microseconds a row and not 5.9. One
    ///     that is known after all is a unique violation, found after few rows where there are
    ///     many.
    ///   - transaction: the tenant's.
    /// - Returns: as `EventStore.known(_:)`.
    /// - Throws: what fails all of them.
    private static func claim(
        _ group: EventGroup,
        isNewByAllSigns: Bool,
        in transaction: PostgresTransaction
    ) async throws -> [Int]? {
        let digests = group.rows.compactMap(\.content.digest)
        let step = max(1, digests.count / sample)
        let signs = isNewByAllSigns ? stride(from: 0, to: digests.count, by: step) : nil
        var batch = Batch()
        batch.append(.holdIntake)
        batch.append(
            .claimEvents,
            PostgresColumn(of: group.rows) { $0.content.key },
            PostgresColumn(of: group.rows) { $0.content.digest },
            PostgresColumn(of: group.rows) { $0.content.occurredAt },
            group.forgotten.version,
            group.definitions,
            group.rules,
            signs.map { $0.map { digests[$0] } }
        )
        var commit: Int64?
        var known: [Int] = []
        for row in try await transaction.run(batch)[1] {
            let (place, head) = try row.read(Int64.self, Int64?.self)
            if let head { commit = head } else { known.append(Int(place) - 1) }
        }
        guard let commit else { return nil }
        let rows = new(group.rows, without: known)
        if !rows.isEmpty {
            _ = try await transaction.copyIn(.copyEvents) { writer in
                for row in rows { try await copy(row.content, of: commit, to: writer) }
            }
        }
        try await finish(group, rows, of: commit, in: transaction)
        return known
    }

    private static func new(_ rows: [EventRow], without known: [Int]) -> [EventRow] {
        if known.isEmpty { return rows }
        let known = Set(known)
        return rows.indices.filter { !known.contains($0) }.map { rows[$0] }
    }

    /// Notes what was stored in the feed, and writes what belongs to it.
    private static func finish(
        _ group: EventGroup,
        _ rows: [EventRow],
        of commit: Int64,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        var batch = Batch()
        if !rows.isEmpty {
            batch.append(
                .noteCommit,
                commit,
                group.token,
                PostgresColumn(of: rows) { $0.content.occurredAt }
            )
        }
        EventStore.appendBelongings(of: group, to: &batch)
        if batch.count > 0 { _ = try await transaction.run(batch) }
    }

    private static func copy(
        _ event: EventContent,
        of commit: Int64,
        to writer: CopyWriter
    ) async throws(PostgresError) {
        try await writer.write(columns: 23) { row in
            row.appendField(event.key)
            row.appendField(commit)
            row.appendField(event.kind)
            row.appendField(event.occurredAt)
            row.appendField(event.receivedAt)
            row.appendField(event.eventID)
            row.appendField(event.anonymousID)
            row.appendField(event.userID)
            row.appendField(event.name)
            row.appendField(event.channel)
            row.appendField(event.rulesVersion)
            row.appendField(event.confidence)
            row.appendField(event.source)
            row.appendField(event.medium)
            row.appendField(event.campaign)
            row.appendField(event.value)
            row.appendField(event.currency)
            row.appendField(event.orderID)
            row.appendField(event.geo)
            row.appendField(event.origin)
            row.appendField(event.rest)
            row.appendField(event.arrival)
            row.appendField(event.ad)
        }
    }
}

extension CopyStatement {
    fileprivate static let copyEvents = CopyStatement(
        "ingest.copy_events",
        """
        copy events (
            key, commit_id, kind, occurred_at, received_at, event_id, anonymous_id, user_id, name,
            channel, rules_version, confidence, source, medium, campaign, value, currency, order_id,
            geo, origin, rest, arrival, ad
        ) from stdin (format binary)
        """
    )
}

extension Statement {
    /// The places, from 1, of rows that were stored before; at place 0 the commit of the others.
    ///
    /// There is no commit if nothing is to be written, for the reasons that `ingest.insert_events`
    /// has. From here on the ids of the others are this transaction's. `$7` are some of the ids,
    /// null if they are to speak for no others.
    fileprivate static let claimEvents = Statement(
        "ingest.claim_events",
        """
        with given as materialized (
            select generate_series(1, cardinality($1)) as place,
                unnest($1::uuid[]) as key, unnest($2::uuid[]) as digest,
                unnest($3::timestamptz[]) as occurred_at
        ),
        head as materialized (
            select nextval('event_commit_ids') as commit_id from event_head
            where forgettings = $4 and ($5::bigint is null or definitions = $5) and (
                $6::bigint is null
                or $6 >= (select coalesce(max(version), 0) from channel_rules)
            )
        ),
        signs as materialized (
            select $7::uuid[] is not null
                and not exists (select from event_seen where hash = any ($7)) as say_new
        ),
        claimed as (
            insert into event_seen (hash, day)
            select digest, (occurred_at at time zone 'UTC')::date from head, given
            where digest is not null and (select say_new from signs)
            order by digest
        ),
        seen as (
            insert into event_seen (hash, day)
            select digest, (occurred_at at time zone 'UTC')::date from head, given
            where digest is not null and not (select say_new from signs)
            order by digest
            on conflict (hash) do nothing
            returning hash
        )
        select 0::bigint, commit_id from head
        union all
        select place::bigint, null from given
        where (
                digest is not null and not (select say_new from signs)
                and digest not in (select hash from seen)
            )
            or (
                (digest is null or not (select say_new from signs))
                and key in (select e.key from events e where e.key = any ($1))
            )
            or key in (select e.key from erased_events e where e.key = any ($1))
        """
    )
    fileprivate static let noteCommit = Statement(
        "ingest.note_event_commit",
        """
        insert into event_commits (commit_id, xid, token, events, days, written_at)
        select $1, pg_current_xact_id(), $2, count(*),
            array_agg(distinct (given.occurred_at at time zone 'UTC')::date), now()
        from unnest($3::timestamptz[]) as given (occurred_at)
        """
    )
}
