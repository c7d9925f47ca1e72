internal import Net
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

    /// Reads events by what is known of their tenant.
    typealias Reading = @Sendable (TenantKnowledge) async throws -> [Result<EventRow, RowFault>]

    /// Events that were put together before the transaction that writes them, so that those before
    /// them could be written meanwhile.
    struct Prepared: Sendable {
        fileprivate let read: Reading
        fileprivate let results: [Result<EventRow, RowFault>]
        fileprivate let group: EventGroup
        fileprivate let batch: Batch?
    }

    /// Puts events together by the latest rules, and whom it is known to have been forgotten.
    ///
    /// - Parameters:
    ///   - known: whom tenants have forgotten.
    ///   - offload: threads for what takes long.
    ///   - scope: the tenant's.
    ///   - read: reads the events; once more, when they are written, if what is known is outdated.
    /// - Returns: what ``write(_:_:in:_:)`` writes.
    /// - Throws: what the closure or a store throws.
    func prepare(
        _ known: ForgottenCatalogue,
        _ offload: WorkerPool?,
        in scope: TenantScope,
        _ read: @escaping Reading
    ) async throws -> Prepared {
        let results = try await read(try await catalogue.knowledge(in: scope))
        let rows = results.compactMap { try? $0.get() }
        let forgotten = try await known.forgotten(among: [rows], in: scope)
        return try await offload.runBeside {
            let group = EventGroup([rows], without: forgotten)
            return Prepared(
                read: read,
                results: results,
                group: group,
                batch: EventStore.smallBatch(group)
            )
        }
    }

    /// Writes events that were put together before; if what that was done by is outdated, they are
    /// put together anew.
    ///
    /// - Parameters:
    ///   - prepared: the events.
    ///   - known: whom tenants have forgotten.
    ///   - mayBeKnown: whether some of those before them were stored already.
    ///   - transaction: the tenant's.
    ///   - scope: the same tenant.
    /// - Returns: what became of them.
    /// - Throws: what fails all of them.
    func write(
        _ prepared: Prepared,
        _ known: ForgottenCatalogue,
        mayBeKnown: Bool,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> Written {
        // A group whose rows are all refused is written like others, which tells whether they
        // still are to be.
        let places = try await EventStore.write(
            prepared.group,
            prepared.batch,
            mayBeKnown: mayBeKnown,
            in: transaction
        )
        if let places {
            return Written(prepared.results, prepared.group, known: places)
        }
        known.expire(scope.tenant)
        return try await write(in: transaction, scope, prepared.read)
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
            let batch = EventStore.smallBatch(group)
            let known = try await EventStore.write(group, batch, in: transaction)
            guard let known else { return nil }
            places = known
        }
        return Written(results, group, known: places)
    }
}

extension EventTransaction.Written {
    /// What became of events by the places, in their group, of those that were stored before.
    fileprivate init(
        _ results: [Result<EventRow, RowFault>],
        _ group: EventGroup,
        known places: [Int]
    ) {
        outcomes = RowOutcome.outcomes(results, group.outcomes(places)[0])
        token = group.token
    }
}
