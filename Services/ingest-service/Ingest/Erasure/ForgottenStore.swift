internal import Postgres
internal import Tenancy

/// The hashes of those whom tenants have forgotten: the SQL of those who write events.
struct ForgottenStore: Sendable {
    /// All whom a tenant has forgotten.
    ///
    /// - Parameters:
    ///   - keys: the tenant's.
    ///   - most: how many ids at most.
    ///   - scope: the tenant's.
    /// - Returns: nil if there are more.
    /// - Throws: `PostgresError`.
    func all(
        _ keys: EventKeys,
        most: Int,
        in scope: TenantScope
    ) async throws(PostgresError) -> Forgotten? {
        let found = try Self.read(try await scope.read(.allForgotten, Int64(most + 1)), keys)
        return found.count > most ? nil : found
    }

    /// Who of some is forgotten.
    ///
    /// - Parameters:
    ///   - ids: as edges have them.
    ///   - keys: the tenant's.
    ///   - scope: the tenant's.
    /// - Returns: the state as to these.
    /// - Throws: `PostgresError`.
    func forgotten(
        among ids: [String],
        _ keys: EventKeys,
        in scope: TenantScope
    ) async throws(PostgresError) -> Forgotten {
        try Self.read(try await scope.read(.someForgotten, ids.map(keys.digest)), keys)
    }

    /// Who of some is forgotten, and stays the last of them until a transaction ends.
    ///
    /// - Parameters:
    ///   - ids: as edges have them.
    ///   - keys: the tenant's.
    ///   - transaction: the tenant's.
    /// - Returns: the state as to these.
    /// - Throws: `PostgresError`.
    func hold(
        among ids: [String],
        _ keys: EventKeys,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Forgotten {
        var batch = Batch()
        batch.append(.holdWriters)
        batch.append(.someForgotten, ids.map(keys.digest))
        return try Self.read(try await transaction.run(batch)[1], keys)
    }

    private static func read(_ rows: Rows, _ keys: EventKeys) throws(PostgresError) -> Forgotten {
        var version: Int64 = 0
        var marks: [PostgresUUID: Forgotten.Mark] = [:]
        for row in rows {
            version = try row.read(Int64.self, at: 0)
            guard let hash = try row.read(PostgresUUID?.self, at: 1) else { continue }
            marks[hash] = Forgotten.Mark(
                time: try row.read(PostgresTimestamp.self, at: 2),
                isSuppressed: try row.read(Bool.self, at: 3)
            )
        }
        return Forgotten(version: version, marks: marks, keys: keys)
    }
}

// The lock between those who write events, many at once, and those who change who is forgotten or
// delete, alone: of the tenant's schema on its node, until the transaction ends. It is a statement
// before others, which see all that was committed before it was had. Those who wait come in turn.
extension Statement {
    /// Held by all who write events or what they were rejected as.
    static let holdWriters = Statement(
        "ingest.hold_writers",
        "select pg_advisory_xact_lock_shared(1163018579, hashtext(current_schema()))"
    )
    /// Held by whoever no event may be written beside.
    static let stopWriters = Statement(
        "ingest.stop_writers",
        "select pg_advisory_xact_lock(1163018579, hashtext(current_schema()))"
    )
}

extension Statement {
    fileprivate static let allForgotten = Statement(
        "ingest.all_forgotten",
        """
        select h.forgettings, f.hash, f.forgotten_at, f.is_suppressed
        from event_head h
        left join (select hash, forgotten_at, is_suppressed from forgotten limit $1) f on true
        """
    )
    fileprivate static let someForgotten = Statement(
        "ingest.some_forgotten",
        """
        select h.forgettings, f.hash, f.forgotten_at, f.is_suppressed
        from event_head h left join forgotten f on f.hash = any ($1)
        """
    )
}
