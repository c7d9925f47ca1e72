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
    /// How many events of a call are written at first.
    private static let firstPiece = 1_250

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
        _ events: some EventArrivals,
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
        let (outcomes, wrong) = try await write(events, by: reader, for: call)
        if outcomes.allSatisfy({ $0 == .accepted }) {
            return Outcome(outcomes: outcomes, batch: nil)
        }
        // A call that fails here is made again: its events are duplicates then, and these wait
        // once.
        let batch = PostgresUUID.random()
        let scope = try database.scope(for: call)
        let told = try await scope.transaction { transaction in
            let told = try await forgotten.refuse(outcomes, tenant.keys, in: transaction) { place in
                wrong[place]?.personIDs ?? []
            }
            let kept = told.enumerated().compactMap { place, outcome in
                outcome.keptFault.flatMap { wrong[place]?.rejected(for: $0, at: place) }
            }
            _ = try await quarantine.add(kept, from: origin, batch: batch, in: transaction)
            try await IntakeTallies.add(told, of: .event, from: origin, in: transaction, scope)
            return told
        }
        let isKept = told.contains { $0.keptFault != nil }
        return Outcome(outcomes: told, batch: isKept ? batch : nil)
    }

    /// Some of a call's events that have been read.
    private struct Piece: Sendable {
        let places: Range<Int>
        var results: [Result<EventRow, RowFault>] = []
        /// Those that cannot be taken, by their places.
        var wrong: [Int: EventArrival] = [:]
    }

    /// Reads events and writes them: the next of many are read while others are being written.
    ///
    /// - Returns: what became of each, and those that were wrong, by their places.
    private func write(
        _ events: some EventArrivals,
        by reader: EventReader,
        for call: ServerCall
    ) async throws -> ([RowOutcome], [Int: EventArrival]) {
        var outcomes: [RowOutcome] = []
        outcomes.reserveCapacity(events.count)
        var wrong: [Int: EventArrival] = [:]
        var piece = try await read(events, Self.places(of: events.count, after: 0), by: reader)
        while true {
            let following = Self.places(of: events.count, after: piece.places.upperBound)
            async let next = read(events, following, by: reader)
            let rows = piece.results.compactMap { try? $0.get() }
            let fates = rows.isEmpty ? [] : try await writer.write(rows, for: call)
            outcomes += RowOutcome.outcomes(piece.results, fates)
            wrong.merge(piece.wrong) { first, _ in first }
            piece = try await next
            if piece.places.isEmpty { return (outcomes, wrong) }
        }
    }

    /// Which events are written together after those before a place.
    ///
    /// The first few are soon read, so that the database begins soon; later ones are more, for it
    /// takes longer to write events than to read as many.
    private static func places(of count: Int, after place: Int) -> Range<Int> {
        let most = max(firstPiece, place)
        // What is left over is not worth a commit of its own.
        return place..<(count - place < most * 3 / 2 ? count : place + most)
    }

    private func read(
        _ events: some EventArrivals,
        _ places: Range<Int>,
        by reader: EventReader
    ) async throws -> Piece {
        if places.isEmpty { return Piece(places: places) }
        let pool = places.count < Self.offloadedEvents ? nil : offload
        return try await pool.runBeside {
            var piece = Piece(places: places)
            piece.results.reserveCapacity(places.count)
            events.forEach(of: places) { event in
                do throws(RowFault) {
                    piece.results.append(.success(try reader.row(event.event())))
                } catch {
                    piece.wrong[places.lowerBound + piece.results.count] = event
                    piece.results.append(.failure(error))
                }
            }
            return piece
        }
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
