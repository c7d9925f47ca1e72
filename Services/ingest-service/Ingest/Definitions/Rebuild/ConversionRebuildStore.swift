internal import Messages
internal import Postgres
internal import RPC
internal import Tenancy

/// A stored event that is, was or may be a conversion.
struct UndecidedEvent: Sendable {
    let key: PostgresUUID
    let facts: ConversionFacts
    /// What it is stored as; nil if as none.
    let stored: Conversion?

    /// The event as definitions decide.
    ///
    /// - Throws: DATA_LOSS if it is not as it was written.
    func decided(by set: ConversionSet) throws(RPCError) -> DecidedEvent {
        let conversion = try set.conversion(of: facts)
        return DecidedEvent(
            key: key,
            conversion: conversion,
            isChanged: conversion != stored
        )
    }
}

/// A stored event, once the definitions in force have decided.
struct DecidedEvent: Sendable {
    let key: PostgresUUID
    let conversion: Conversion?
    /// Whether that is other than what is stored.
    let isChanged: Bool
}

/// Stored events while they are decided anew: all the SQL.
struct ConversionRebuildStore: Sendable {
    /// How many events are decided at a time.
    private static let batch = 256

    /// The last key that there is.
    func lastKey(in scope: TenantScope) async throws(PostgresError) -> PostgresUUID? {
        try await ErasureStore().lastKey(in: scope)
    }

    /// The key of the last of so many events after a key; nil if there are none.
    func lastKey(
        of count: Int,
        after key: PostgresUUID,
        in scope: TenantScope
    ) async throws(PostgresError) -> PostgresUUID? {
        try await RemapStore().lastKey(of: count, after: key, in: scope)
    }

    /// Takes the events between two keys that are stored as conversions by other definitions, or
    /// that definitions look at, some at a time.
    ///
    /// - Parameters:
    ///   - set: the definitions.
    ///   - keys: without the first, and with the last.
    ///   - scope: the tenant's.
    ///   - take: takes some.
    /// - Throws: `PostgresError`, or what the closure throws.
    func scan(
        _ set: ConversionSet,
        _ keys: (after: PostgresUUID, upTo: PostgresUUID),
        in scope: TenantScope,
        take: ([UndecidedEvent]) async throws -> Void
    ) async throws {
        try await scope.transaction(TransactionOptions(isReadOnly: true)) { transaction in
            let rows = try await transaction.stream(
                .listUndecided,
                keys.after,
                keys.upTo,
                set.version,
                set.eventNames,
                set.eventKinds
            )
            var waiting: [UndecidedEvent] = []
            for try await row in rows {
                waiting.append(try UndecidedEvent(row))
                if waiting.count == Self.batch {
                    try await take(waiting)
                    waiting.removeAll(keepingCapacity: true)
                }
            }
            try await take(waiting)
        }
    }

    /// Whether definitions are still the ones in force; they stay so while the transaction holds
    /// the intake.
    func isInForce(
        _ version: Int64,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Bool {
        try await transaction.query(.definitionsVersion).one().read(Int64.self) == version
    }

    /// Writes what events are, and notes it in the feed if any is something else than before.
    ///
    /// - Parameters:
    ///   - events: what was decided.
    ///   - version: the definitions that did.
    ///   - transaction: holds the intake.
    /// - Returns: how many of those that have changed are still there.
    /// - Throws: `PostgresError`.
    func write(
        _ events: [DecidedEvent],
        by version: Int64,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Int {
        if events.isEmpty { return 0 }
        let (same, changed) = (events.filter { !$0.isChanged }, events.filter(\.isChanged))
        let conversions = changed.map(\.conversion)
        var batch = Batch()
        batch.append(.keepConversions, same.map(\.key), version)
        batch.append(
            .writeConversions,
            changed.map(\.key),
            version,
            conversions.map { $0?.kind },
            conversions.map { $0.map { Int16(clamping: $0.effect.rawValue) } },
            conversions.map { $0?.isByOrder },
            conversions.map { $0?.value },
            conversions.map { $0?.currency },
            conversions.map { $0?.orderID },
            conversions.map { $0?.problem?.rawValue },
            PostgresUUID.random()
        )
        let count = try await transaction.run(batch)[1].one().read(Int64.self)
        return Int(count)
    }
}

extension UndecidedEvent {
    /// Reads a row of ``Statement/listUndecided``.
    fileprivate init(_ row: Row) throws(PostgresError) {
        key = try row.read(PostgresUUID.self, at: 0)
        facts = try ConversionFacts(row, from: 1)
        guard let kind = try row.read(String?.self, at: 12) else {
            stored = nil
            return
        }
        stored = Conversion(
            kind: kind,
            effect: .init(rawValue: Int32(try row.read(Int16.self, at: 13))),
            isByOrder: try row.read(Bool.self, at: 14),
            value: try row.read(PostgresDecimal?.self, at: 15),
            currency: try row.read(String?.self, at: 16),
            orderID: try row.read(String?.self, at: 17),
            problem: try row.read(Int16?.self, at: 18).flatMap { .init(rawValue: $0) }
        )
    }
}

extension Statement {
    fileprivate static let definitionsVersion = Statement(
        "ingest.definitions_version",
        "select definitions from event_head"
    )
    fileprivate static let listUndecided = Statement(
        "ingest.list_undecided",
        """
        select e.key, e.kind, e.name, e.value, e.currency, e.order_id, e.source, e.medium,
            e.campaign, e.geo, e.origin, e.rest, c.kind, c.effect, c.by_order, c.value, c.currency,
            c.order_id, c.problem
        from events e left join conversions c on c.key = e.key
        where e.key > $1 and e.key <= $2 and c.definitions is distinct from ($3::bigint)
            and (c.key is not null or e.name = any ($4) or e.kind = any ($5))
        order by e.key
        """
    )
    fileprivate static let keepConversions = Statement(
        "ingest.keep_conversions",
        "update conversions set definitions = $2 where key = any ($1)"
    )
    /// An event that changes is of the commit that changed it: whoever follows the feed finds it.
    fileprivate static let writeConversions = Statement(
        "ingest.write_conversions",
        """
        with head as materialized (
            select nextval('event_commit_ids') as commit_id
        ),
        given as materialized (
            select * from unnest(
                $1::uuid[], $3::text[], $4::smallint[], $5::boolean[], $6::numeric[], $7::text[],
                $8::text[], $9::smallint[]
            ) as given (key, kind, effect, by_order, value, currency, order_id, problem)
        ),
        changed as (
            update events set commit_id = head.commit_id,
                brought_by = coalesce(events.brought_by, events.commit_id)
            from given, head
            where events.key = given.key
            returning events.key, events.occurred_at
        ),
        gone as (
            delete from conversions
            where key in (select key from given where kind is null)
        ),
        written as (
            insert into conversions (
                key, definitions, kind, effect, by_order, value, currency, order_id, problem
            )
            select given.key, $2, given.kind, given.effect, given.by_order, given.value,
                given.currency, given.order_id, given.problem
            from given join changed on changed.key = given.key
            where given.kind is not null
            order by given.key
            on conflict (key) do update set definitions = excluded.definitions,
                kind = excluded.kind, effect = excluded.effect, by_order = excluded.by_order,
                value = excluded.value, currency = excluded.currency,
                order_id = excluded.order_id, problem = excluded.problem
        ),
        noted as (
            insert into event_commits (commit_id, xid, token, events, days, written_at)
            select head.commit_id, pg_current_xact_id(), $10, count(*),
                array_agg(distinct (occurred_at at time zone 'UTC')::date), now()
            from head, changed
            group by head.commit_id
        )
        select count(*) from changed
        """
    )
}
