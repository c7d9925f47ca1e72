internal import Postgres
internal import Telemetry
internal import Tenancy

/// Counts what came of rows as they came in: duplicates leave no other trace.
enum IntakeTallies {
    /// Counts outcomes, as a part of what writes or keeps the rows.
    ///
    /// It is the last of its transaction that waits for others, who wait for nothing then.
    ///
    /// - Parameters:
    ///   - outcomes: of all rows of a call.
    ///   - kind: what they are.
    ///   - source: where they came from.
    ///   - transaction: the scope's.
    ///   - scope: the tenant's.
    /// - Throws: `PostgresError`.
    static func add(
        _ outcomes: [RowOutcome],
        of kind: RowKind,
        from source: String,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws(PostgresError) {
        var counts: [Fate: Int64] = [:]
        for outcome in outcomes {
            // Events say themselves when they came, and may be many: these are counted there.
            if kind == .event, outcome == .accepted { continue }
            counts[Fate(outcome), default: 0] += 1
        }
        if counts.isEmpty { return }
        let sorted = counts.sorted { ($0.key.name, $0.key.reason) < ($1.key.name, $1.key.reason) }
        try await transaction.query(
            .addTallies,
            UTCTimestamp.now,
            scope.entry.settings.timeZone,
            kind.rawValue,
            source,
            sorted.map(\.key.name),
            sorted.map(\.key.reason),
            sorted.map(\.value)
        )
    }

    private struct Fate: Hashable {
        let name: String
        var reason = ""

        init(_ outcome: RowOutcome) {
            name = outcome.name ?? "rejected"
            if case .rejected(let fault) = outcome { reason = fault.reason.rawValue }
        }
    }
}

extension Statement {
    fileprivate static let addTallies = Statement(
        "ingest.add_intake_tallies",
        """
        insert into intake_tallies (day, kind, source, fate, reason, slot, row_count)
        select ($1::timestamptz at time zone $2)::date, $3, $4, fate, reason,
            pg_backend_pid() % 16, row_count
        from unnest($5::text[], $6::text[], $7::bigint[]) as t (fate, reason, row_count)
        order by fate, reason
        on conflict (day, kind, source, fate, reason, slot)
            do update set row_count = intake_tallies.row_count + excluded.row_count
        """
    )
}
