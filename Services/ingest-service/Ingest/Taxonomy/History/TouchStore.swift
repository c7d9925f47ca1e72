internal import Net
internal import Postgres
internal import RPC
internal import Tenancy

/// Stored events, as those see them who look at what rules have made of them: all the SQL.
struct TouchStore: Sendable {
    /// Threads for what takes long; nil to take the loop's time.
    let offload: WorkerPool?

    /// How many events are looked at at a time.
    private static let batch = 256

    /// Which events are looked at; the raw value is the statements'.
    enum Subject: Int16 {
        /// Touches by their evidence.
        case touches = 0
        /// Those of them whose channels cannot be relied on.
        case unknownTouches = 1
        /// Events of all kinds, whose channels rules have found.
        case mapped = 2
    }

    /// How many touches there are.
    struct Counts {
        let touches: Int64
        let unknown: Int64
        let outdated: Int64
    }

    /// The day that it is somewhere.
    func today(
        in timeZone: String,
        _ scope: TenantScope
    ) async throws(PostgresError) -> PostgresDate {
        try await scope.read(.today, timeZone).one().read(PostgresDate.self)
    }

    /// Counts touches.
    ///
    /// - Parameters:
    ///   - days: of which days.
    ///   - version: those of older rules are outdated.
    ///   - scope: the tenant's.
    /// - Returns: the counts.
    /// - Throws: `PostgresError`.
    func counts(
        _ days: HistoryDays,
        rules version: Int64,
        in scope: TenantScope
    ) async throws(PostgresError) -> Counts {
        let row = try await scope.read(
            .countTouches,
            days.first,
            days.last,
            days.timeZone,
            version
        ).one()
        let (touches, unknown, outdated) = try row.read(Int64.self, Int64.self, Int64.self)
        return Counts(touches: touches, unknown: unknown, outdated: outdated)
    }

    /// How many touches each channel has of each confidence, the least first.
    ///
    /// - Parameters:
    ///   - days: of which days.
    ///   - channel: the number of one; nil for all.
    ///   - scope: the tenant's.
    /// - Returns: the rows: slug, confidence, touches, and how many of them senders have named.
    /// - Throws: `PostgresError`.
    func confidences(
        _ days: HistoryDays,
        of channel: Int32?,
        in scope: TenantScope
    ) async throws(PostgresError) -> Rows {
        try await scope.read(
            .listConfidences,
            days.first,
            days.last,
            days.timeZone,
            channel
        )
    }

    /// Draws a sample of events.
    ///
    /// - Parameters:
    ///   - subject: of which.
    ///   - question: how many at most.
    ///   - days: of which days.
    ///   - scope: the tenant's.
    /// - Returns: the sample.
    /// - Throws: `PostgresError`.
    func sample(
        _ subject: Subject,
        _ question: HistoryQuestion,
        _ days: HistoryDays,
        in scope: TenantScope
    ) async throws(PostgresError) -> EventSample {
        let events = try await scope.read(
            .countSampled,
            days.first,
            days.last,
            days.timeZone,
            subject.rawValue
        ).one().read(Int64.self)
        return EventSample(of: events, most: question.most, seed: question.seed)
    }

    /// Looks at the events of a sample, some at a time.
    ///
    /// - Parameters:
    ///   - subject: of which.
    ///   - sample: which of them.
    ///   - days: of which days.
    ///   - scope: the tenant's.
    ///   - look: what is found of an event; on any thread.
    ///   - note: takes what was found.
    /// - Returns: how many events there were.
    /// - Throws: `PostgresError`, or what a closure throws.
    func scan<Found: Sendable>(
        _ subject: Subject,
        _ sample: EventSample,
        _ days: HistoryDays,
        in scope: TenantScope,
        look: @escaping @Sendable (StoredEvent) throws -> Found,
        note: (Found) throws -> Void
    ) async throws -> Int {
        var count = 0
        try await scope.transaction(TransactionOptions(isReadOnly: true)) { transaction in
            let rows = try await transaction.stream(
                .listSampled,
                days.first,
                days.last,
                days.timeZone,
                subject.rawValue,
                sample.seed,
                sample.threshold
            )
            var waiting: [StoredEvent] = []
            for try await row in rows {
                waiting.append(try StoredEvent(row))
                count += 1
                if waiting.count == Self.batch {
                    for found in try await beside(waiting, look) { try note(found) }
                    waiting.removeAll(keepingCapacity: true)
                }
            }
            for found in try await beside(waiting, look) { try note(found) }
        }
        return count
    }

    private func beside<Found: Sendable>(
        _ events: [StoredEvent],
        _ look: @escaping @Sendable (StoredEvent) throws -> Found
    ) async throws -> [Found] {
        try await offload.runBeside { try events.map(look) }
    }
}

extension Statement {
    fileprivate static let today = Statement(
        "ingest.today",
        "select (now() at time zone $1)::date"
    )
    /// What a touch is, and which are unknown, `StoredEvent` says too.
    fileprivate static let countTouches = Statement(
        "ingest.count_touches",
        """
        select count(*), count(*) filter (where channel is null or confidence < 0.5),
            count(*) filter (where rules_version < $4)
        from events
        where occurred_at >= $1::timestamp at time zone $3
            and occurred_at < ($2::date + 1)::timestamp at time zone $3
            and (kind in (2, 3) or kind = 1 and channel is not null
                and (rules_version is null or source is distinct from '(direct)'))
        """
    )
    fileprivate static let listConfidences = Statement(
        "ingest.list_confidences",
        """
        select c.slug, e.confidence, count(*), count(*) filter (where e.rules_version is null)
        from events e join channels c on c.number = e.channel
        where e.occurred_at >= $1::timestamp at time zone $3
            and e.occurred_at < ($2::date + 1)::timestamp at time zone $3
            and (e.kind in (2, 3) or e.kind = 1
                and (e.rules_version is null or e.source is distinct from '(direct)'))
            and ($4::integer is null or e.channel = $4)
        group by c.slug, e.confidence
        order by c.slug, e.confidence
        """
    )
    fileprivate static let countSampled = Statement(
        "ingest.count_sampled",
        """
        select count(*) from events
        where occurred_at >= $1::timestamp at time zone $3
            and occurred_at < ($2::date + 1)::timestamp at time zone $3
            and case when $4::smallint = 2 then rules_version is not null else
                (kind in (2, 3) or kind = 1 and channel is not null
                    and (rules_version is null or source is distinct from '(direct)'))
                and ($4 = 0 or channel is null or confidence < 0.5)
            end
        """
    )
    fileprivate static let listSampled = Statement(
        "ingest.list_sampled",
        """
        select kind, channel, rules_version, confidence, source, medium, campaign, rest
        from events
        where occurred_at >= $1::timestamp at time zone $3
            and occurred_at < ($2::date + 1)::timestamp at time zone $3
            and case when $4::smallint = 2 then rules_version is not null else
                (kind in (2, 3) or kind = 1 and channel is not null
                    and (rules_version is null or source is distinct from '(direct)'))
                and ($4 = 0 or channel is null or confidence < 0.5)
            end
            and uuid_hash_extended(key, $5) <= $6
        """
    )
}
