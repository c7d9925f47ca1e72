internal import Journeys
internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Timelines as they are stored: all the SQL that reads them.
struct TimelineStore: Sendable {
    /// How many timelines are read at once, and from how many bytes on no more.
    let pageRows: Int64
    let pageBytes: Int64

    private static let labelsAtOnce: Int64 = 20_000

    init(pageRows: Int64 = 5_000, pageBytes: Int64 = 4 << 20) {
        self.pageRows = pageRows
        self.pageBytes = pageBytes
    }

    // MARK: All of a range

    /// Timelines that reach into a range, in the order of persons: as many as are held at once.
    ///
    /// - Parameters:
    ///   - range: microseconds since 1970.
    ///   - person: the one before them; empty for the first.
    ///   - transaction: one that sees all pages as of one moment.
    /// - Returns: person and timeline of each; none behind the last.
    /// - Throws: `PostgresError`.
    func timelines(
        in range: Range<Int64>,
        after person: String,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Rows {
        try await transaction.query(
            .readTimelines,
            person,
            PostgresTimestamp(clamping: range.lowerBound),
            PostgresTimestamp(clamping: range.upperBound),
            pageRows,
            pageBytes
        )
    }

    /// When timelines were last made of all events, and whether some are to be made anew.
    ///
    /// - Parameter transaction: any.
    /// - Returns: the time, nil if they never were, and whether any waits.
    /// - Throws: `PostgresError`.
    func freshness(
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> (UTCTimestamp?, Bool) {
        let row = try await transaction.query(.timelineFreshness).one()
        return (try row.read(UTCTimestamp?.self, at: 0), try row.read(Bool.self, at: 1))
    }

    /// How many persons of a range have too many events for a timeline.
    ///
    /// - Parameters:
    ///   - range: microseconds since 1970.
    ///   - transaction: any.
    /// - Returns: how many.
    /// - Throws: `PostgresError`.
    func tooLarge(
        in range: Range<Int64>,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Int64 {
        try await transaction.query(
            .countLargeTimelines,
            PostgresTimestamp(clamping: range.lowerBound),
            PostgresTimestamp(clamping: range.upperBound)
        )
        .one().read(Int64.self)
    }

    /// What touches are called, by the number of their place.
    ///
    /// - Parameters:
    ///   - grain: what of a place.
    ///   - most: how many places there may be.
    ///   - transaction: any.
    /// - Returns: the labels; nil if there are more.
    /// - Throws: `PostgresError`.
    func labels(
        _ grain: AttributionV1.JourneySelection.Grain,
        most: Int,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [Int32: String]? {
        var labels: [Int32: String] = [:]
        var last: Int32 = 0
        while true {
            let rows = try await transaction.query(
                .labelPlaces,
                last,
                grain.rawValue,
                Self.labelsAtOnce
            )
            if rows.isEmpty { return labels }
            for row in rows {
                last = try row.read(Int32.self, at: 0)
                labels[last] = try row.read(String.self, at: 1)
            }
            if labels.count > most { return nil }
        }
    }

    // MARK: Some

    /// Places by their numbers.
    ///
    /// - Parameters:
    ///   - numbers: which.
    ///   - scope: the tenant's.
    /// - Returns: those that there are.
    /// - Throws: `PostgresError`.
    func places(
        _ numbers: [Int32],
        in scope: TenantScope
    ) async throws(PostgresError) -> [Int32: TouchPlace] {
        var places: [Int32: TouchPlace] = [:]
        for row in try await scope.read(.findTouchPlaces, numbers) {
            places[try row.read(Int32.self, at: 0)] = TouchPlace(
                channel: try row.read(String.self, at: 1),
                source: try row.read(String.self, at: 2),
                medium: try row.read(String.self, at: 3),
                campaign: try row.read(String.self, at: 4),
                confidence: try row.read(Double.self, at: 5)
            )
        }
        return places
    }

    /// The places of a channel.
    ///
    /// - Parameters:
    ///   - channel: its slug, or `unassigned`.
    ///   - scope: the tenant's.
    /// - Returns: their numbers.
    /// - Throws: `PostgresError`.
    func places(
        ofChannel channel: String,
        in scope: TenantScope
    ) async throws(PostgresError) -> Set<Int32> {
        Set(
            try await scope.read(.findChannelPlaces, channel).map { row throws(PostgresError) in
                try row.read(Int32.self)
            }
        )
    }

    /// The timelines of those whose last act was latest, then by the person, descending.
    ///
    /// - Parameters:
    ///   - range: microseconds since 1970 that they reach into.
    ///   - place: the first of them; nil for the very first.
    ///   - count: how many at most.
    ///   - scope: the tenant's.
    /// - Returns: the timelines.
    /// - Throws: `PostgresError`.
    func latest(
        in range: Range<Int64>,
        from place: JourneyPlace?,
        _ count: Int,
        in scope: TenantScope
    ) async throws(PostgresError) -> [StoredPerson] {
        try await scope.read(
            .listTimelines,
            PostgresTimestamp(clamping: range.lowerBound),
            PostgresTimestamp(clamping: range.upperBound),
            PostgresTimestamp(clamping: place?.lastAct ?? .max),
            place?.person,
            place?.isWithinPerson ?? false,
            Int64(count),
            pageBytes
        )
        .map { row throws(PostgresError) in try StoredPerson(row) }
    }

    /// A person.
    ///
    /// - Parameters:
    ///   - id: any of the person's ids.
    ///   - scope: the tenant's.
    /// - Returns: the person; nil if nobody has the id.
    /// - Throws: `PostgresError`.
    func person(
        of id: String,
        in scope: TenantScope
    ) async throws(PostgresError) -> PersonDetails? {
        guard let row = try await scope.read(.findTimeline, id).atMostOne() else { return nil }
        return PersonDetails(
            stored: try StoredPerson(row),
            ids: try row.read([String].self, at: 3),
            idCount: Int(try row.read(Int32.self, at: 4)),
            first: try row.read(PostgresTimestamp.self, at: 5).microsecondsSince1970,
            events: Int64(try row.read(Int32.self, at: 6)),
            isTooLarge: try row.read(Bool.self, at: 7)
        )
    }
}

/// Where a touch came from, in words.
struct TouchPlace: Sendable {
    /// The slug of its channel; `unassigned` without one.
    let channel: String
    /// Empty for what nobody knows.
    let source: String
    let medium: String
    let campaign: String
    /// How sure the channel is, from 0 to 1.
    let confidence: Double
}

/// A stored timeline, and whose it is.
struct StoredPerson: Sendable {
    let person: String
    /// When the person's last event was, in microseconds since 1970.
    let lastAct: Int64
    let timeline: SharedBytes

    fileprivate init(_ row: Row) throws(PostgresError) {
        person = try row.read(String.self, at: 0)
        lastAct = try row.read(PostgresTimestamp.self, at: 1).microsecondsSince1970
        timeline = try row.read(SharedBytes.self, at: 2)
    }
}

/// All that is stored of a person.
struct PersonDetails: Sendable {
    let stored: StoredPerson
    /// The first thousand.
    let ids: [String]
    let idCount: Int
    let first: Int64
    let events: Int64
    let isTooLarge: Bool

    /// What is stored of the person.
    ///
    /// - Returns: the timeline as it is stored.
    /// - Throws: FAILED_PRECONDITION if there is none, because there are too many events.
    func whole() throws(RPCError) -> StoredPerson {
        if !isTooLarge { return stored }
        throw RPCError(
            .failedPrecondition,
            "'\(stored.person)' has \(events) events, too many for a timeline"
        )
    }
}

extension PostgresTimestamp {
    /// The nearest time that the database has.
    ///
    /// - Parameter microseconds: since 1970.
    init(clamping microseconds: Int64) {
        self =
            PostgresTimestamp(microsecondsSince1970: microseconds)
            ?? (microseconds < 0 ? Self.range.lowerBound : Self.range.upperBound)
    }
}

extension Statement {
    fileprivate static let timelineFreshness = Statement(
        "attribution.timeline_freshness",
        """
        select h.current_at, exists (select from timeline_changes) or coalesce(
            h.touch_rule <> (
                select version from ingest_v1_definitions where subject = 'touch-rule'
            ), false
        )
        from timeline_head h
        """
    )
    fileprivate static let readTimelines = Statement(
        "attribution.read_timelines",
        """
        with next as (
            select person, timeline from timelines
            where person > $1 and last_at >= $2 and first_at < $3 and timeline <> ''
                and not is_too_large
            order by person
            limit $4
        ), measured as (
            select *, coalesce(sum(octet_length(timeline)) over (
                order by person rows between unbounded preceding and 1 preceding
            ), 0) as bytes_before
            from next
        )
        select person, timeline from measured where bytes_before < $5 order by person
        """
    )
    fileprivate static let countLargeTimelines = Statement(
        "attribution.count_large_timelines",
        "select count(*) from timelines where is_too_large and last_at >= $1 and first_at < $2"
    )
    fileprivate static let labelPlaces = Statement(
        "attribution.label_touch_places",
        """
        select p.number::integer, case $2
            when 2 then coalesce(nullif(p.campaign, ''), '(none)')
            when 3 then coalesce(nullif(p.source, ''), '(none)') || ' / '
                || coalesce(nullif(p.medium, ''), '(none)')
            when 4 then coalesce(
                case when p.medium in ('affiliate', 'affiliates') then nullif(p.source, '') end,
                '(none)'
            )
            when 5 then coalesce(nullif(p.ad, ''), '(none)')
            else coalesce(c.slug, 'unassigned')
        end
        from touch_places p
        left join ingest_v1_channels c on c.number = p.channel
        where p.number > $1::integer
        order by p.number
        limit $3
        """
    )
    fileprivate static let findTouchPlaces = Statement(
        "attribution.find_places_of_touches",
        """
        select p.number::integer, coalesce(c.slug, 'unassigned'), coalesce(p.source, ''),
            coalesce(p.medium, ''), coalesce(p.campaign, ''),
            case when c.slug is null then 0 else coalesce(p.confidence, 1) end::float8
        from touch_places p
        left join ingest_v1_channels c on c.number = p.channel
        where p.number = any ($1::integer[])
        """
    )
    fileprivate static let findChannelPlaces = Statement(
        "attribution.find_places_of_channel",
        """
        select p.number::integer
        from touch_places p
        left join ingest_v1_channels c on c.number = p.channel
        where coalesce(c.slug, 'unassigned') = $1
        """
    )
    fileprivate static let listTimelines = Statement(
        "attribution.list_timelines",
        """
        with next as (
            select person, last_at, timeline from timelines
            where last_at >= $1 and first_at < $2 and timeline <> ''
                and not is_too_large and last_at <= $3
                and ($4::text is null or (last_at, person) < ($3, $4)
                    or ($5 and last_at = $3 and person = $4))
            order by last_at desc, person desc
            limit $6
        ), measured as (
            select *, coalesce(sum(octet_length(timeline)) over (
                order by last_at desc, person desc
                rows between unbounded preceding and 1 preceding
            ), 0) as bytes_before
            from next
        )
        select person, last_at, timeline from measured where bytes_before < $7
        order by last_at desc, person desc
        """
    )
    fileprivate static let findTimeline = Statement(
        "attribution.find_timeline",
        """
        select t.person, t.last_at, t.timeline, t.ids[1:1000], cardinality(t.ids), t.first_at,
            t.events, t.is_too_large
        from timeline_members m join timelines t using (person)
        where m.id = $1
        """
    )
}
