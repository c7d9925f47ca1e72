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
        let reader = EventReader(
            try await catalogue.knowledge(for: call),
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
        let isNew = rows.isEmpty ? [] : try await writer.write(rows, for: call)
        let outcomes = RowOutcome.outcomes(results, isNew)
        let rejected = outcomes.enumerated().compactMap { place, outcome in
            if case .rejected(let fault) = outcome {
                events[place].rejected(for: fault, at: place)
            } else {
                RejectedRow?.none
            }
        }
        if outcomes.allSatisfy({ $0 == .accepted }) {
            return Outcome(outcomes: outcomes, batch: nil)
        }
        // A call that fails here is made again: its events are duplicates then, and these wait
        // once.
        let batch = rejected.isEmpty ? nil : QuarantineStore.newBatch()
        let scope = try database.scope(for: call)
        try await scope.transaction { transaction in
            if let batch {
                _ = try await quarantine.add(rejected, from: origin, batch: batch, in: transaction)
            }
            try await IntakeTallies.add(outcomes, of: .event, from: origin, in: transaction, scope)
        }
        return Outcome(outcomes: outcomes, batch: batch)
    }
}

extension RowOutcome {
    /// What became of each row of a call.
    ///
    /// - Parameters:
    ///   - results: the rows that were read, or why they were not.
    ///   - isNew: for each that was read whether it is new.
    /// - Returns: as many as there are results.
    static func outcomes(
        _ results: [Result<EventRow, RowFault>],
        _ isNew: [Bool]
    ) -> [RowOutcome] {
        var rest = isNew[...]
        return results.map { result in
            if case .failure(let fault) = result { return .rejected(fault) }
            return rest.popFirst() == true ? .accepted : .duplicate
        }
    }
}
