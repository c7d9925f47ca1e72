internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Tenancy
internal import Touches

/// Stored events, as drafts of definitions are tried on them: all the SQL.
struct TrialStore: Sendable {
    /// Threads for what takes long; nil to take the loop's time.
    let offload: WorkerPool?

    /// How many events are looked at at a time.
    private static let batch = 256

    // MARK: Touches

    /// Tries a touch rule.
    ///
    /// - Parameters:
    ///   - trial: takes the events.
    ///   - question: how many are looked at.
    ///   - days: of which days.
    ///   - scope: the tenant's.
    /// - Returns: which events were looked at.
    /// - Throws: `PostgresError`.
    func run(
        _ trial: inout TouchTrial,
        _ question: HistoryQuestion,
        _ days: HistoryDays,
        in scope: TenantScope
    ) async throws -> IngestV1.EventSample {
        let count = try await scope.read(.countTried, days.first, days.last, days.timeZone)
            .one().read(Int64.self)
        let sample = EventSample(of: count, most: question.most, seed: question.seed)
        var lookedAt = 0
        var running = trial
        try await scope.transaction(TransactionOptions(isReadOnly: true)) { transaction in
            let rows = try await transaction.stream(
                .listVisitors,
                days.first,
                days.last,
                days.timeZone,
                sample.seed,
                sample.threshold
            )
            for try await row in rows {
                running.take(try TouchTrial.Event(row))
                lookedAt += 1
            }
        }
        trial = running
        return sample.message(lookedAt: lookedAt)
    }

    // MARK: Conversions

    /// Tries conversion definitions.
    ///
    /// - Parameters:
    ///   - trial: takes the events.
    ///   - draft: the definitions.
    ///   - active: those in force.
    ///   - question: how many events are looked at.
    ///   - days: of which days.
    ///   - scope: the tenant's.
    /// - Returns: which events were looked at.
    /// - Throws: `PostgresError`.
    func run(
        _ trial: inout ConversionTrial,
        _ draft: ConversionSet,
        beside active: ConversionSet,
        _ question: HistoryQuestion,
        _ days: HistoryDays,
        in scope: TenantScope
    ) async throws -> IngestV1.EventSample {
        let names = draft.eventNames + active.eventNames
        let kinds = draft.eventKinds + active.eventKinds
        let count = try await scope.read(
            .countCandidates,
            days.first,
            days.last,
            days.timeZone,
            names,
            kinds
        ).one().read(Int64.self)
        let sample = EventSample(of: count, most: question.most, seed: question.seed)
        var lookedAt = 0
        var running = trial
        try await scope.transaction(TransactionOptions(isReadOnly: true)) { transaction in
            let rows = try await transaction.stream(
                .listCandidates,
                days.first,
                days.last,
                days.timeZone,
                names,
                kinds,
                sample.seed,
                sample.threshold
            )
            var waiting: [(String, ConversionFacts)] = []
            func look() async throws {
                let events = waiting
                let found = try await offload.runBeside {
                    try events.map { id, facts in
                        try ConversionTrial.look(at: id, facts, by: draft, beside: active)
                    }
                }
                for event in found { running.take(event) }
                lookedAt += events.count
                waiting.removeAll(keepingCapacity: true)
            }
            for try await row in rows {
                waiting.append(
                    (try row.read(String.self, at: 0), try ConversionFacts(row, from: 1))
                )
                if waiting.count == Self.batch { try await look() }
            }
            try await look()
        }
        trial = running
        return sample.message(lookedAt: lookedAt)
    }
}

extension TouchTrial.Event {
    /// Reads a row of ``Statement/listVisitors``.
    fileprivate init(_ row: Row) throws(PostgresError) {
        visitor = try row.read(String.self, at: 0)
        id = try row.read(String.self, at: 1)
        facts = TouchFacts(
            kind: .init(rawValue: Int32(try row.read(Int16.self, at: 2))),
            time: try row.read(PostgresTimestamp.self, at: 3).microsecondsSince1970,
            name: try row.read(String?.self, at: 4) ?? "",
            source: try row.read(String?.self, at: 5) ?? "",
            arrival: try row.read(PostgresUUID?.self, at: 6)
        )
    }
}

extension Statement {
    fileprivate static let countTried = Statement(
        "ingest.count_tried_events",
        """
        select count(*) from events
        where occurred_at >= $1::timestamp at time zone $3
            and occurred_at < ($2::date + 1)::timestamp at time zone $3
        """
    )
    fileprivate static let listVisitors = Statement(
        "ingest.list_visitors_events",
        """
        select coalesce('a:' || anonymous_id, 'u:' || user_id) collate "C" as visitor, event_id,
            kind, occurred_at, name, source, arrival
        from ingest_v1_events
        where occurred_at >= $1::timestamp at time zone $3
            and occurred_at < ($2::date + 1)::timestamp at time zone $3
            and hashtextextended(coalesce('a:' || anonymous_id, 'u:' || user_id), $4) <= $5
        order by visitor, occurred_at, key
        """
    )
    fileprivate static let countCandidates = Statement(
        "ingest.count_candidate_events",
        """
        select count(*) from events
        where occurred_at >= $1::timestamp at time zone $3
            and occurred_at < ($2::date + 1)::timestamp at time zone $3
            and (name = any ($4) or kind = any ($5))
        """
    )
    fileprivate static let listCandidates = Statement(
        "ingest.list_candidate_events",
        """
        select event_id, kind, name, value, currency, order_id, source, medium, campaign, geo,
            origin, rest
        from events
        where occurred_at >= $1::timestamp at time zone $3
            and occurred_at < ($2::date + 1)::timestamp at time zone $3
            and (name = any ($4) or kind = any ($5))
            and uuid_hash_extended(key, $6) <= $7
        order by key
        """
    )
}
