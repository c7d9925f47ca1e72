internal import Jobs
internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// An attempt at an operation that deletes: it goes through a tenant's events and rejected rows, so
/// many in a transaction, on from where the attempt before it was.
struct ErasureRun {
    private let run: JobRun
    private let limits: ErasureLimits
    private let store = ErasureStore()
    private let forgettings = ForgettingStore()
    private var progress = IngestV1.ErasureProgress()

    /// How much of an operation the events are.
    private static let shareOfEvents = 0.9

    init(_ run: JobRun, _ limits: ErasureLimits) throws {
        self.run = run
        self.limits = limits
        if let checkpoint = run.checkpoint {
            progress = try IngestV1.ErasureProgress(decoding: checkpoint.bytes)
        }
    }

    /// Someone else has deleted some of what was found: it is looked for anew.
    private struct Overtaken: Error {}

    // MARK: What is asked for

    /// Deletes events that a caller chose.
    mutating func delete(_ deletion: IngestV1.EventDeletion) async throws {
        let request = deletion.request ?? IngestV1.DeleteEventsRequest()
        let keys = try await EventStore().keys(in: run.scope())
        if var selection = EventSelection(request, keys) {
            selection.beforeCommit = deletion.beforeCommit
            try await deleteEvents(
                selection,
                keys,
                takingIDs: !request.freesIDs,
                onlyCounting: request.dryRun
            )
        }
        if let selection = RejectedSelection(request) {
            try await deleteRejected(selection, onlyCounting: request.dryRun)
        }
        try await run.complete(IngestV1.DeletedEvents(progress, request).encoded())
    }

    /// Deletes what is stored of the person whose forgetting is called as the job.
    mutating func forget() async throws {
        let id = run.id.uuid
        let (ids, commit) = try await forgettings.rest(of: id, in: run.scope())
        if !ids.isEmpty {
            let keys = try await EventStore().keys(in: run.scope())
            try await deleteEvents(
                EventSelection(ofPerson: ids, before: commit),
                keys,
                takingIDs: true,
                onlyCounting: false
            )
            try await deleteRejected(RejectedSelection(ofPerson: ids), onlyCounting: false)
            let names = Set(ids.map { String($0.dropFirst(2)) })
            try await run.transaction { transaction in
                try await ImportExcerpts.removeForgotten(keys, in: transaction)
                let answers = try await transaction.deleteAnswers(naming: Array(names))
                try await forgettings.note(answers: answers, of: id, in: transaction)
            }
        }
        guard var result = try await forgettings.find(id, in: run.scope()) else {
            throw RPCError(.notFound, "there is no such forgetting")
        }
        result.events = progress.events
        result.rejectedRows = progress.rejectedRows
        result.days = progress.days
        result.finishTime = .init(UTCTimestamp.now)
        let (end, bytes) = (result, result.encoded())
        try await run.complete(bytes) { transaction in
            try await forgettings.finish(id, end, in: transaction)
        }
    }

    // MARK: Events

    private mutating func deleteEvents(
        _ selection: EventSelection,
        _ keys: EventKeys,
        takingIDs isTaking: Bool,
        onlyCounting isCounting: Bool
    ) async throws {
        let store = store
        let last = try await store.lastKey(in: run.scope())
        while !progress.hasAllEvents {
            let after = PostgresUUID(bytes: progress.afterKey) ?? ErasureStore.firstKey
            let end = try await store.end(ofWindow: limits.window, after: after, in: run.scope())
            let window = store.find(selection, between: (after, end))
            let found = try store.found(try await run.scope().read(window))
            var next = progress
            next.add(found)
            next.afterKey = end?.bytes ?? next.afterKey
            next.hasAllEvents = end == nil
            let doomed = isCounting ? [] : found
            do {
                try await save(next, Self.share(of: end, last) * Self.shareOfEvents) {
                    let count = try await store.delete(doomed, takingIDs: isTaking, keys, in: $0)
                    guard count == doomed.count else { throw Overtaken() }
                }
            } catch is Overtaken {
                continue
            }
        }
    }

    /// How much lies before a key, by its time; all if there is none.
    private static func share(of key: PostgresUUID?, _ last: PostgresUUID?) -> Double {
        guard let key, let last, last.high > 0 else { return 1 }
        return min(Double(key.high) / Double(last.high), 1)
    }

    // MARK: Rejected rows

    private mutating func deleteRejected(
        _ selection: RejectedSelection,
        onlyCounting isCounting: Bool
    ) async throws {
        while true {
            let rows = try await store.rejected(
                selection,
                after: progress.afterNumber,
                limit: limits.rejectedRows,
                in: run.scope()
            )
            guard let last = rows.last else { return }
            let numbers = rows.filter(selection.isWanted).map(\.number)
            var next = progress
            next.rejectedRows += Int64(numbers.count)
            next.afterNumber = last.number
            let doomed = isCounting ? [] : numbers
            do {
                try await save(next, Self.shareOfEvents) { transaction in
                    let gone = try await transaction.run(ErasureStore.delete(rejected: doomed))
                    guard gone[0].affected == doomed.count else { throw Overtaken() }
                }
            } catch is Overtaken {
                continue
            }
        }
    }

    /// Keeps how far the job is, with what it does to get there.
    private mutating func save(
        _ next: IngestV1.ErasureProgress,
        _ share: Double,
        _ effect: (PostgresTransaction) async throws -> Void
    ) async throws {
        try await run.save(checkpoint: next.encoded(), progress: share, effect)
        progress = next
        run.report(share, "\(next.events) events and \(next.rejectedRows) rejected rows so far")
    }
}

extension IngestV1.ErasureProgress {
    fileprivate mutating func add(_ found: [FoundEvent]) {
        events += Int64(found.count)
        days = Set(days + Set(found.map(\.day)).map(\.text)).sorted()
    }
}

extension IngestV1.DeletedEvents {
    /// What came of an operation.
    fileprivate init(
        _ progress: IngestV1.ErasureProgress,
        _ request: IngestV1.DeleteEventsRequest
    ) {
        self.init()
        events = progress.events
        rejectedRows = progress.rejectedRows
        days = progress.days
        dryRun = request.dryRun
    }
}
