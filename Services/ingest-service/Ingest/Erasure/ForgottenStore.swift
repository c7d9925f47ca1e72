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

    /// Sees to it that nobody else is forgotten until a transaction ends.
    ///
    /// - Parameter transaction: the tenant's.
    /// - Returns: whether anybody has been, ever; most tenants have forgotten nobody.
    /// - Throws: `PostgresError`.
    func hold(in transaction: PostgresTransaction) async throws(PostgresError) -> Bool {
        var batch = Batch()
        batch.append(.holdIntake)
        batch.append(.forgettings)
        return try await transaction.run(batch)[1].one().read(Int64.self) > 0
    }

    /// Who of some is forgotten, and stays the last of them until a transaction ends.
    ///
    /// - Parameters:
    ///   - ids: as edges have them; asked for only if anybody was forgotten.
    ///   - keys: the tenant's.
    ///   - transaction: the tenant's.
    /// - Returns: the state as to these.
    /// - Throws: `PostgresError`.
    func hold(
        among ids: () -> [String],
        _ keys: EventKeys,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Forgotten {
        guard try await hold(in: transaction) else { return .nobody }
        return try Self.read(
            try await transaction.query(.someForgotten, ids().map(keys.digest)),
            keys
        )
    }

    /// Refuses rows that were rejected if they name somebody who was forgotten: nothing of them is
    /// kept.
    ///
    /// - Parameters:
    ///   - outcomes: of all rows.
    ///   - keys: the tenant's.
    ///   - transaction: the tenant's; nobody else is forgotten before it ends.
    ///   - ids: the ids of persons, as edges have them, that the row at a place names.
    /// - Returns: what became of all rows.
    /// - Throws: `PostgresError`.
    func refuse(
        _ outcomes: [RowOutcome],
        _ keys: EventKeys,
        in transaction: PostgresTransaction,
        naming ids: (Int) -> [String]
    ) async throws(PostgresError) -> [RowOutcome] {
        var rest = outcomes.indices.filter { outcomes[$0].keptFault != nil }[...]
        guard !rest.isEmpty, try await hold(in: transaction) else { return outcomes }
        var told = outcomes
        while !rest.isEmpty {
            let named = rest.prefix(Self.mostNaming).map { (place: $0, ids: ids($0)) }
            let all = Set(named.flatMap(\.ids))
            let forgotten = try await hold(among: { Array(all) }, keys, in: transaction)
            for (place, ids) in named where forgotten.names(anyOf: ids) {
                told[place] = .rejected(.ofForgotten)
            }
            rest = rest.dropFirst(Self.mostNaming)
        }
        return told
    }

    /// Of how many rejected rows is asked at once.
    private static let mostNaming = 500

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

extension Statement {
    fileprivate static let forgettings = Statement(
        "ingest.count_forgettings",
        "select forgettings from event_head"
    )
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
