internal import Journeys
internal import Messages
internal import Postgres
internal import RPC
internal import Touches
internal import Wire

/// Persons while their timelines are put together: all the SQL.
struct TimelineBuildStore: Sendable {
    /// More events or ids than are held at once.
    struct TooMuch: Error {}

    let limits: TimelineLimits
    let overused: OverusedOrders

    init(limits: TimelineLimits) {
        self.limits = limits
        overused = OverusedOrders(most: limits.eventsOfOrder)
    }

    // MARK: Who

    /// Has the statements of a transaction go by indexes.
    ///
    /// They look for some ids of many, or for all of few. How many nobody knows who plans them
    /// once for all, and least while events have just come and were never analysed: looking
    /// through all rows, each would be compared with all ids.
    ///
    /// - Parameter transaction: any.
    /// - Throws: `PostgresError`.
    func goByIndexes(in transaction: PostgresTransaction) async throws(PostgresError) {
        try await transaction.query(.goByIndexes)
    }

    /// Ids whose persons are to be put together.
    ///
    /// - Parameters:
    ///   - count: how many at most.
    ///   - last: the id that comes before them; empty for none.
    ///   - transaction: any.
    /// - Returns: the first of them; none if nothing is to be done.
    /// - Throws: `PostgresError`.
    func changes(
        _ count: Int,
        after last: String,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [String] {
        let rows = try await transaction.query(.nextChanges, Int64(count), last)
        return try rows.map { row throws(PostgresError) in try row.read(String.self) }
    }

    /// All ids that are, or were, joined to some.
    ///
    /// - Parameters:
    ///   - ids: some.
    ///   - transaction: any.
    /// - Returns: these and the others.
    /// - Throws: ``TooMuch`` if there are more than are held at once, unless it was asked for one:
    ///   then as many of its ids as are held; `PostgresError`.
    func reached(
        from ids: [String],
        in transaction: PostgresTransaction
    ) async throws -> [String] {
        let most = limits.heldIDs
        let rows = try await transaction.query(.reach, ids, Int64(most))
        if rows.count == most, ids.count > 1 { throw TooMuch() }
        return try rows.map { row throws(PostgresError) in try row.read(String.self) }
    }

    /// The persons that ids are now.
    func persons(
        of ids: [String],
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [[String]] {
        var groups = PersonGroups()
        for id in ids { groups.add(id) }
        for row in try await transaction.query(.listEdges, ids) {
            groups.join(try row.read(String.self, at: 0), try row.read(String.self, at: 1))
        }
        return groups.persons()
    }

    /// The persons that ids were, each with the orders that it named.
    func former(
        of ids: [String],
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [(person: String, orders: [String])] {
        try await transaction.query(.listFormer, ids).map { row throws(PostgresError) in
            (try row.read(String.self, at: 0), try row.read([String].self, at: 1))
        }
    }

    // MARK: What they did

    /// The events of persons.
    ///
    /// - Parameters:
    ///   - persons: for each id the number of its person.
    ///   - count: how many persons there are.
    ///   - most: how many events there is room for.
    ///   - isOne: whether only one id was to be put together: less cannot be asked for.
    ///   - transaction: any.
    /// - Returns: what each has done, and the places that this came from.
    /// - Throws: ``TooMuch`` if there are more events than there is room for, unless it was one
    ///   id; `PostgresError`.
    func events(
        of persons: [String: Int],
        count: Int,
        most: Int,
        ofOne isOne: Bool,
        in transaction: PostgresTransaction
    ) async throws -> (records: [PersonRecord], places: [PersonEvents.Place]) {
        var places = EventPlaces()
        var records = [PersonRecord](
            repeating: PersonRecord(most: limits.eventsOfPerson),
            count: count
        )
        var held = 0
        let ids = Array(persons.keys)
        for try await row in try await transaction.stream(.listEvents, ids) {
            guard let number = persons[try row.read(String.self, at: 0)] else { continue }
            let event = try PersonEvents.Event(row, &places, isKept: records[number].hasRoom)
            let had = records[number].own.events.count
            records[number].take(event)
            held += records[number].own.events.count - had
            // Places of somebody who has too many events stay until all is written.
            if max(held, places.all.count) > most, !isOne { throw TooMuch() }
            let statement = try PersonEvents.Statement(row, from: 15, key: event.key, event.time)
            if let statement { records[number].take(statement) }
        }
        return (records, places.all)
    }

    /// What everybody says of orders.
    ///
    /// - Parameters:
    ///   - orders: the ids, none of them one that is no order id.
    ///   - isOne: whether only one id was to be put together: less cannot be asked for.
    ///   - transaction: holds the head.
    /// - Returns: all conversions, refunds and cancellations that have them.
    /// - Throws: ``TooMuch`` if there are more than are held at once, unless it was one id;
    ///   `PostgresError`.
    func statements(
        of orders: [String],
        ofOne isOne: Bool,
        in transaction: PostgresTransaction
    ) async throws -> [PersonEvents.Statement] {
        var statements: [PersonEvents.Statement] = []
        if orders.isEmpty { return statements }
        for try await row in try await transaction.stream(.listOrders, orders) {
            let key = try row.read(PostgresUUID.self, at: 7)
            let time = try row.read(PostgresTimestamp.self, at: 8).microsecondsSince1970
            let statement = try PersonEvents.Statement(row, from: 0, key: key, time)
            if let statement { statements.append(statement) }
            if statements.count > limits.heldEvents, !isOne { throw TooMuch() }
        }
        return statements
    }

    // MARK: Writing

    /// The numbers of places, which are given to those that have none.
    ///
    /// - Parameters:
    ///   - places: each once.
    ///   - transaction: holds the head.
    /// - Returns: a number for each.
    /// - Throws: `PostgresError`; INTERNAL if one has got none.
    func numbers(
        of places: [PersonEvents.Place],
        in transaction: PostgresTransaction
    ) async throws -> [Int32] {
        if places.isEmpty { return [] }
        var numbers = [Int32?](repeating: nil, count: places.count)
        let rows = try await transaction.query(
            .numberPlaces,
            places.map(\.channel),
            places.map(\.source),
            places.map(\.medium),
            places.map(\.campaign),
            places.map(\.confidence),
            places.map(\.ad)
        )
        for row in rows {
            let place = Int(try row.read(Int64.self, at: 0)) - 1
            guard places.indices.contains(place) else { continue }
            numbers[place] = try row.read(Int32.self, at: 1)
        }
        return try numbers.map { number in
            guard let number else {
                throw RPCError(.internalError, "a place of touches has no number")
            }
            return number
        }
    }

    /// Puts timelines in the place of those that some ids had, and notes who depends on orders
    /// that are gone.
    ///
    /// - Parameters:
    ///   - timelines: the timelines.
    ///   - ids: the ids, which are done with then.
    ///   - gone: orders that are named less often than before.
    ///   - transaction: holds the head.
    /// - Returns: the number of this turn, which is one more than that of the turn before.
    /// - Throws: `PostgresError`.
    func replace(
        _ timelines: [MadeTimeline],
        of ids: [String],
        gone: [String],
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Int64 {
        let members = timelines.flatMap { made in made.ids.map { (id: $0, person: made.person) } }
        let orders = timelines.flatMap { made in made.orders.map { (made.person, $0) } }
        var batch = Batch()
        batch.append(.deleteTimelines, ids)
        batch.append(.deleteMembers, ids)
        batch.append(
            .insertTimelines,
            timelines.map(\.person),
            timelines.map(\.first),
            timelines.map(\.last),
            timelines.map { Int32(clamping: $0.events) },
            timelines.map { Int32(clamping: $0.timeline.touches.count) },
            timelines.map { Int32(clamping: $0.timeline.conversions.count) },
            timelines.map(\.isTooLarge),
            timelines.map { $0.timeline.stored.encoded() },
            orders.map(\.0),
            orders.map(\.1),
            timelines.map { Int32(clamping: $0.orderEvents) },
            timelines.map(\.ordersFirst),
            timelines.map(\.ordersLast),
            members.map(\.id),
            members.map(\.person)
        )
        CountedConversions(of: timelines).append(to: &batch)
        batch.append(.deleteChanges, ids)
        _ = try await transaction.run(batch)
        if !gone.isEmpty {
            try await overused.review(gone, in: transaction)
            try await transaction.query(.markOrders, gone, ids)
        }
        return try await transaction.query(.takeTurn).one().read(Int64.self)
    }

    /// Deletes places that no touch came from any more, if some may have gone: what they say may be
    /// of somebody who was forgotten.
    ///
    /// - Complexity: linear in timelines, and only after events were deleted.
    func prunePlaces(in transaction: PostgresTransaction) async throws {
        guard try await transaction.query(.hasUnusedPlaces).one().read(Bool.self) else { return }
        var used: Set<Int32> = []
        for try await row in try await transaction.stream(.listTimelines) {
            let bytes = try row.read(SharedBytes.self, at: 0)
            let stored = try Message<AttributionV1.StoredTimeline.View>(bytes)
            var places = stored.view.touchPlaces.makeIterator()
            while let place = places.next() { used.insert(place) }
        }
        try await transaction.query(.deletePlaces, used.map(Int64.init))
    }

    /// Notes that all is made of what the feed had at a time, unless something is left to be done.
    ///
    /// - Parameters:
    ///   - time: the time.
    ///   - timeZone: whose days published KPIs have from now on.
    ///   - transaction: holds the head.
    /// - Throws: `PostgresError`.
    func finish(
        _ time: PostgresTimestamp,
        _ timeZone: String,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await transaction.query(.finish, time, timeZone)
    }
}

extension PersonEvents.Event {
    /// Reads a row of ``Statement/listEvents``.
    ///
    /// - Parameters:
    ///   - row: as the statement has it.
    ///   - places: where the event's place is noted.
    ///   - isKept: whether it is; else its place is not noted, and is any.
    /// - Throws: `PostgresError`.
    fileprivate init(
        _ row: Row,
        _ places: inout EventPlaces,
        isKept: Bool
    ) throws(PostgresError) {
        key = try row.read(PostgresUUID.self, at: 1)
        time = try row.read(PostgresTimestamp.self, at: 3).microsecondsSince1970
        facts = TouchFacts(
            kind: .init(rawValue: Int32(try row.read(Int16.self, at: 2))),
            time: time,
            name: try row.read(String?.self, at: 4) ?? "",
            source: try row.read(String?.self, at: 5) ?? "",
            arrival: try row.read(PostgresUUID?.self, at: 6)
        )
        eventID = try row.read(String?.self, at: 7)
        let from = PersonEvents.Place(
            channel: try row.read(Int32?.self, at: 8),
            source: try row.read(String?.self, at: 9),
            medium: try row.read(String?.self, at: 10),
            campaign: try row.read(String?.self, at: 11),
            confidence: try row.read(Float?.self, at: 12),
            ad: try row.read(String?.self, at: 14)
        )
        place = isKept ? places.number(of: from) : 0
        geo = try row.read(String?.self, at: 13)
    }
}

extension PersonEvents.Statement {
    /// Reads seven columns of a row; nil if the event is nothing beside, or of an effect that is
    /// unknown.
    fileprivate init?(
        _ row: Row,
        from first: Int,
        key: PostgresUUID,
        _ time: Int64
    ) throws(PostgresError) {
        guard let number = try row.read(Int16?.self, at: first + 1),
            let effect = PersonEvents.Effect(rawValue: number)
        else { return nil }
        self.key = key
        self.time = time
        kind = try row.read(String.self, at: first)
        self.effect = effect
        value = try row.read(PostgresDecimal?.self, at: first + 2)?.millionths
        currency = try row.read(String?.self, at: first + 3)
        orderID = try row.read(String?.self, at: first + 4)
        isFirst = try row.read(Int16.self, at: first + 5) == 1
        isUnreadable = try row.read(Bool.self, at: first + 6)
    }
}

extension PostgresDecimal {
    /// The number in millionths: ingest keeps 12 digits before the point, and six behind it.
    fileprivate var millionths: Int64? {
        var number = coefficient
        for _ in 0..<max(0, 6 - scale) { number *= 10 }
        return scale <= 6 ? Int64(exactly: number) : nil
    }
}

extension Statement {
    /// The memory is for where the rows of many ids are: what of that does not fit is compared with
    /// all ids too.
    fileprivate static let goByIndexes = Statement(
        "attribution.go_by_indexes",
        """
        select set_config('plan_cache_mode', 'force_generic_plan', true),
            set_config('enable_seqscan', 'off', true), set_config('work_mem', '32MB', true)
        """
    )
    fileprivate static let nextChanges = Statement(
        "attribution.next_timeline_changes",
        "select id from timeline_changes where id > $2 order by id limit $1"
    )
    /// By what joins them now, and by what they were.
    fileprivate static let reach = Statement(
        "attribution.reach_ids",
        """
        with recursive reached (id) as (
            select unnest($1::text[])
            union
            select joined.id from reached r cross join lateral (
                select other as id from ingest_v1_identities where one = r.id
                union all
                select one from ingest_v1_identities where other = r.id
                union all
                select m.id from timeline_members o join timeline_members m using (person)
                where o.id = r.id
            ) joined
        )
        select id from reached limit $2
        """
    )
    fileprivate static let listEdges = Statement(
        "attribution.list_edges",
        """
        select one, other from ingest_v1_identities
        where one = any ($1) and other in (select unnest($1::text[]))
        """
    )
    fileprivate static let listFormer = Statement(
        "attribution.list_former_persons",
        """
        select person, orders from timelines
        where person in (select person from timeline_members where id = any ($1))
        """
    )
    /// What else an event is comes with it: most are nothing else, and each is looked for once.
    fileprivate static let listEvents = Statement(
        "attribution.list_events",
        """
        select e.person, e.key, e.kind, e.occurred_at, e.name, lower(e.source), e.arrival,
            case when c.kind is not null then e.event_id end, e.channel,
            e.source, e.medium, e.campaign, e.confidence, e.geo, e.ad,
            c.kind, c.effect, c.value, c.currency, c.order_id, c.standing, c.is_unreadable
        from ingest_v1_events e left join ingest_v1_conversions c on c.key = e.key
        where e.person = any ($1)
        """
    )
    fileprivate static let listOrders = Statement(
        "attribution.list_orders",
        """
        select kind, effect, value, currency, order_id, standing, is_unreadable, key, occurred_at
        from ingest_v1_conversions
        where order_id = any ($1)
        """
    )
    /// Only one build of a tenant goes on at once: what is not there nobody else adds meanwhile.
    fileprivate static let numberPlaces = Statement(
        "attribution.number_touch_places",
        """
        with given as materialized (
            select *, md5(
                coalesce(channel::text, '') || e'\\x1f' || coalesce(source, e'\\x1e') || e'\\x1f'
                || coalesce(medium, e'\\x1e') || e'\\x1f' || coalesce(campaign, e'\\x1e')
                || e'\\x1f' || coalesce((confidence * 1000000)::integer::text, '')
                || e'\\x1f' || coalesce(ad, e'\\x1e')
            )::uuid as digest
            from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::real[],
                $6::text[])
                with ordinality
                    as given (channel, source, medium, campaign, confidence, ad, place)
        ), added as (
            insert into touch_places (channel, source, medium, campaign, confidence, ad)
            select channel, source, medium, campaign, confidence, ad from given
            where not exists (select from touch_places p where p.digest = given.digest)
            order by place
            returning digest, number
        )
        select given.place, p.number::integer
        from given join (
            select digest, number from added
            union all
            select digest, number from touch_places
        ) p using (digest)
        """
    )
    fileprivate static let deleteTimelines = Statement(
        "attribution.delete_timelines",
        """
        with gone as (
            delete from timelines
            where person in (select person from timeline_members where id = any ($1))
            returning person
        )
        delete from timeline_conversions where person in (select person from gone)
        """
    )
    fileprivate static let deleteMembers = Statement(
        "attribution.delete_timeline_members",
        "delete from timeline_members where id = any ($1)"
    )
    /// With the ids that they are of, those included that somebody has beyond what is put together
    /// at once; they are sorted all together: to look for those of each costs more than all else.
    fileprivate static let insertTimelines = Statement(
        "attribution.insert_timelines",
        """
        with added as materialized (
            select id, person from unnest($14::text[], $15::text[]) as given (id, person)
        ),
        stored as (
            insert into timeline_members (id, person) select id, person from added
        ),
        members as materialized (
            select id, person from added
            union all
            select id, person from timeline_members where person = any ($1)
        )
        insert into timelines (
            person, first_at, last_at, events, touches, conversions, is_too_large, timeline,
            order_events, orders_first_at, orders_last_at, ids, orders
        )
        select given.*, coalesce(own.ids, '{}'), coalesce(named.orders, '{}')
        from unnest(
            $1::text[], $2::timestamptz[], $3::timestamptz[], $4::integer[], $5::integer[],
            $6::integer[], $7::boolean[], $8::bytea[], $11::integer[], $12::timestamptz[],
            $13::timestamptz[]
        ) as given (
            person, first_at, last_at, events, touches, conversions, is_too_large, timeline,
            order_events, orders_first_at, orders_last_at
        )
        left join (
            select person, array_agg(id order by id collate "C") as ids
            from members
            group by person
        ) own on own.person = given.person
        left join (
            select person, array_agg(order_id order by order_id collate "C") as orders
            from unnest($9::text[], $10::text[]) as o (person, order_id)
            group by person
        ) named on named.person = given.person
        """
    )
    fileprivate static let deleteChanges = Statement(
        "attribution.delete_timeline_changes",
        "delete from timeline_changes where id = any ($1)"
    )
    fileprivate static let takeTurn = Statement(
        "attribution.take_timeline_turn",
        "update timeline_head set turn = turn + 1 returning turn"
    )
    fileprivate static let markOrders = Statement(
        "attribution.mark_orders",
        """
        insert into timeline_changes (id)
        select distinct person from ingest_v1_conversions
        where order_id = any ($1::text[]) and person is not null
            and person not in (select unnest($2::text[]))
            and order_id not in (select order_id from overused_orders)
        on conflict (id) do nothing
        """
    )
    fileprivate static let hasUnusedPlaces = Statement(
        "attribution.has_unused_places",
        """
        select has_unused_places and not exists (select from timeline_changes) from timeline_head
        """
    )
    fileprivate static let listTimelines = Statement(
        "attribution.list_timelines",
        "select timeline from timelines"
    )
    fileprivate static let deletePlaces = Statement(
        "attribution.delete_touch_places",
        """
        with noted as (update timeline_head set has_unused_places = false)
        delete from touch_places where number not in (select unnest($1::bigint[]))
        """
    )
    fileprivate static let finish = Statement(
        "attribution.finish_timelines",
        """
        update timeline_head set current_at = $1, time_zone = $2
        where not exists (select from timeline_changes)
        """
    )
}
