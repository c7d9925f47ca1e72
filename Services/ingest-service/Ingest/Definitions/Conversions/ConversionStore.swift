internal import Messages
internal import Postgres
internal import RPC
internal import Tenancy

/// The conversions of tenants: how they are written with their events, and counted.
struct ConversionStore: Sendable {
    /// The most events that have one order id, as attribution has it too: one that more have is
    /// none.
    private static let eventsOfOrder: Int64 = 1_000

    /// What writes the conversions among the events that a group stores.
    ///
    /// - Parameters:
    ///   - group: the events.
    ///   - batch: what writes them; nothing comes to it if none is a conversion.
    static func append(_ group: EventGroup, to batch: inout Batch) {
        let rows = group.rows.filter { $0.content.conversion != nil }.map(\.content)
        if rows.isEmpty { return }
        let conversions = rows.compactMap(\.conversion)
        batch.append(
            .insertConversions,
            rows.map(\.key),
            rows.map(\.definitions),
            conversions.map(\.kind),
            conversions.map { Int16(clamping: $0.effect.rawValue) },
            conversions.map(\.isByOrder),
            conversions.map(\.value),
            conversions.map(\.currency),
            conversions.map(\.orderID),
            conversions.map { $0.problem?.rawValue },
            group.token
        )
    }

    /// Counts conversions.
    ///
    /// - Parameters:
    ///   - days: the first and the last day.
    ///   - kind: which; empty for all.
    ///   - scope: the tenant's.
    /// - Returns: the counts, with the definitions in force.
    /// - Throws: `PostgresError`.
    func count(
        _ days: ClosedRange<PostgresDate>,
        kind: String,
        in scope: TenantScope
    ) async throws(PostgresError) -> IngestV1.CountConversionsResponse {
        let zone = scope.entry.settings.timeZone
        var batch = Batch()
        batch.append(
            .countConversions,
            days.lowerBound,
            days.upperBound,
            zone,
            kind,
            Self.eventsOfOrder
        )
        batch.append(.countOutdatedConversions, days.lowerBound, days.upperBound, zone, kind)
        let results = try await scope.read(batch)
        var response = IngestV1.CountConversionsResponse()
        response.timeZone = zone
        response.counts = try results[0].map { row throws(PostgresError) in
            var count = IngestV1.CountConversionsResponse.Count()
            count.day = try row.read(PostgresDate.self, at: 0).text
            count.kind = try row.read(String.self, at: 1)
            count.effect = .init(rawValue: Int32(try row.read(Int16.self, at: 2)))
            count.standing = .init(rawValue: Int32(try row.read(Int16.self, at: 3)))
            count.currency = try row.read(String?.self, at: 4) ?? ""
            count.conversions = try row.read(Int64.self, at: 5)
            count.value = try row.read(String?.self, at: 6) ?? ""
            return count
        }
        (response.version, response.outdated) = try results[1].one().read(
            Int64.self,
            Int64.self
        )
        return response
    }
}

extension Statement {
    /// Only those of events that the group has stored.
    fileprivate static let insertConversions = Statement(
        "ingest.insert_conversions",
        """
        insert into conversions (
            key, definitions, kind, effect, by_order, value, currency, order_id, problem
        )
        select given.key, given.definitions, given.kind, given.effect, given.by_order, given.value,
            given.currency, given.order_id, given.problem
        from event_commits c
        join unnest(
            $1::uuid[], $2::bigint[], $3::text[], $4::smallint[], $5::boolean[], $6::numeric[],
            $7::text[], $8::text[], $9::smallint[]
        ) as given (
            key, definitions, kind, effect, by_order, value, currency, order_id, problem
        ) on true
        join events e on e.key = given.key and e.commit_id = c.commit_id
        where c.token = $10
        order by given.key
        on conflict (key) do nothing
        """
    )
    /// Only ids that something repeats can be none: of each so many events are looked at as an
    /// order may have, and one more.
    fileprivate static let countConversions = Statement(
        "ingest.count_conversions",
        """
        with found as materialized (
            select occurred_at, kind, effect, standing, currency, value, order_id
            from ingest_v1_conversions
            where occurred_at >= $1::timestamp at time zone $3
                and occurred_at < ($2::date + 1)::timestamp at time zone $3
                and ($4 = '' or kind = $4)
        ),
        overused as (
            select order_id
            from (select distinct order_id from found where standing <> 1) repeated
            where (
                select count(*) from (
                    select from conversions c
                    where c.order_id = repeated.order_id
                    limit $5::bigint + 1
                ) used
            ) > $5::bigint
        )
        select (occurred_at at time zone $3)::date as day, kind, effect,
            case when o.order_id is null then standing else 1 end::smallint as stands, currency,
            count(*), sum(value)::text
        from found left join overused o using (order_id)
        group by day, kind, effect, stands, currency
        order by day, kind, effect, stands, currency
        """
    )
    fileprivate static let countOutdatedConversions = Statement(
        "ingest.count_outdated_conversions",
        """
        select h.definitions, (
            select count(*) from conversions c join events e on e.key = c.key
            where c.definitions <> h.definitions
                and e.occurred_at >= $1::timestamp at time zone $3
                and e.occurred_at < ($2::date + 1)::timestamp at time zone $3
                and ($4 = '' or c.kind = $4)
        )
        from event_head h
        """
    )
}
