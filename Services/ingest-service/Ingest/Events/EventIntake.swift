internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy

/// The way of events into the tables, whatever brings them.
struct EventIntake: Sendable {
    private let database: TenantDatabase
    private let catalogue: TenantCatalogue
    private let offload: WorkerPool?
    private let writer: EventWriter
    private let quarantine = QuarantineStore()
    private let forgotten = ForgottenStore()

    /// From how many events on they are read on another thread.
    private static let offloadedEvents = 64

    init(_ database: TenantDatabase, _ catalogue: TenantCatalogue, offload: WorkerPool?) {
        self.database = database
        self.catalogue = catalogue
        self.offload = offload
        writer = EventWriter(database, catalogue, offload: offload)
    }

    /// What became of events.
    struct Outcome: Sendable {
        /// Of each, in order.
        let outcomes: [RowOutcome]
        /// What those that were rejected have in common in the quarantine; nil if none was.
        let batch: PostgresUUID?
    }

    /// Takes events in, and waits until they are committed, and those that are wrong are kept.
    ///
    /// - Parameters:
    ///   - events: those of a call.
    ///   - origin: where they come from.
    ///   - hasFixedTimes: whether times belong to what they are known by.
    ///   - call: whose they are.
    /// - Returns: what became of each.
    /// - Throws: RESOURCE_EXHAUSTED if too much waits; or what a store throws.
    func take(
        _ events: [EventArrival],
        from origin: String,
        hasFixedTimes: Bool,
        for call: ServerCall
    ) async throws -> Outcome {
        let tenant = try await catalogue.knowledge(for: call)
        let reader = EventReader(
            tenant,
            origin: origin,
            hasFixedTimes: hasFixedTimes,
            now: .now
        )
        let pool = events.count < Self.offloadedEvents ? nil : offload
        let results = try await pool.runBeside {
            events.map { event in
                Result { () throws(RowFault) in try reader.row(event.event()) }
            }
        }
        let rows = results.compactMap { try? $0.get() }
        let fates = rows.isEmpty ? [] : try await writer.write(rows, for: call)
        let outcomes = RowOutcome.outcomes(results, fates)
        if outcomes.allSatisfy({ $0 == .accepted }) {
            return Outcome(outcomes: outcomes, batch: nil)
        }
        // A call that fails here is made again: its events are duplicates then, and these wait
        // once.
        let batch = PostgresUUID.random()
        let scope = try database.scope(for: call)
        let told = try await scope.transaction { transaction in
            let told = try await forgotten.refuse(outcomes, tenant.keys, in: transaction) { place in
                events[place].personIDs
            }
            let kept = told.enumerated().compactMap { place, outcome in
                outcome.keptFault.map { events[place].rejected(for: $0, at: place) }
            }
            _ = try await quarantine.add(kept, from: origin, batch: batch, in: transaction)
            try await IntakeTallies.add(told, of: .event, from: origin, in: transaction, scope)
            return told
        }
        let isKept = told.contains { $0.keptFault != nil }
        return Outcome(outcomes: told, batch: isKept ? batch : nil)
    }
}

extension RowOutcome {
    /// What became of each row of a call.
    ///
    /// - Parameters:
    ///   - results: the rows that were read, or why they were not.
    ///   - fates: for each that was read what became of it.
    /// - Returns: as many as there are results.
    static func outcomes(
        _ results: [Result<EventRow, RowFault>],
        _ fates: [EventFate]
    ) -> [RowOutcome] {
        var rest = fates[...]
        return results.map { result in
            if case .failure(let fault) = result { return .rejected(fault) }
            switch rest.popFirst() {
            case .new: return .accepted
            case .known, nil: return .duplicate
            case .refused: return .rejected(.ofForgotten)
            }
        }
    }
}
