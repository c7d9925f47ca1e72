internal import Postgres
internal import RPC
internal import Tenancy

/// Writes events as a part of a transaction that does more than that.
struct EventTransaction: Sendable {
    let catalogue: TenantCatalogue
    private let forgotten = ForgottenStore()

    init(catalogue: TenantCatalogue) { self.catalogue = catalogue }

    /// What became of events.
    struct Written: Sendable {
        /// Of each, in order.
        let outcomes: [RowOutcome]
        /// What the group is called in the feed of commits, if anything of it was new.
        let token: PostgresUUID
    }

    /// Writes events by the rules in force, without those of persons who were forgotten.
    ///
    /// - Parameters:
    ///   - transaction: the tenant's.
    ///   - scope: the same tenant.
    ///   - read: reads them by what is known of the tenant; once more if that was outdated.
    /// - Returns: what became of them.
    /// - Throws: what fails all of them.
    func write(
        in transaction: PostgresTransaction,
        _ scope: TenantScope,
        _ read: (TenantKnowledge) async throws -> [Result<EventRow, RowFault>]
    ) async throws -> Written {
        let known = try await catalogue.knowledge(in: scope)
        if let written = try await write(try await read(known), known.keys, in: transaction) {
            return written
        }
        // Other rules have been put; from now on the transaction holds those.
        let newest = try await catalogue.newest(in: scope)
        if let written = try await write(try await read(newest), newest.keys, in: transaction) {
            return written
        }
        throw RPCError(.internalError, "rules were put while they were held")
    }

    /// Writes events; nil if other rules are in force, and then nothing is written.
    private func write(
        _ results: [Result<EventRow, RowFault>],
        _ keys: EventKeys,
        in transaction: PostgresTransaction
    ) async throws -> Written? {
        let rows = results.compactMap { try? $0.get() }
        // Held first: nobody else is forgotten from here on.
        let forgotten = try await forgotten.hold(
            among: { Array(Set(rows.flatMap(\.personIDs))) },
            keys,
            in: transaction
        )
        let group = EventGroup([rows], without: forgotten)
        var places: [Int] = []
        if !group.rows.isEmpty {
            let written = try await transaction.run(EventStore.batch(group))
            guard let known = try EventStore.known(written) else { return nil }
            places = known
        }
        return Written(
            outcomes: RowOutcome.outcomes(results, group.outcomes(places)[0]),
            token: group.token
        )
    }
}
