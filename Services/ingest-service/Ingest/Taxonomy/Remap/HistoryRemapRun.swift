internal import Jobs
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Taxonomy
internal import Tenancy
internal import Wire

/// An attempt at mapping history anew: it goes on after the last part that an attempt before it has
/// mapped.
///
/// Events are looked at in the order of their keys. Those that older rules have mapped are all
/// there when it begins, for none is stored after others were put: see ``Statement/holdIntake``.
struct HistoryRemapRun {
    private let run: JobRun
    private let offload: WorkerPool?
    private let rowsAtOnce: Int
    private let days: RemapDays
    private let store = RemapStore()
    private let rules = RuleStore()

    /// How often a part is tried in which others change the same events.
    private static let mostTries = 10

    /// An attempt.
    ///
    /// - Parameters:
    ///   - request: which days.
    ///   - run: of the job.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    ///   - rowsAtOnce: how many events are looked at in a transaction.
    /// - Throws: an error if the tenant is not served any more.
    init(
        _ request: IngestV1.RemapHistoryRequest,
        _ run: JobRun,
        offload: WorkerPool?,
        rowsAtOnce: Int
    ) throws {
        self.run = run
        self.offload = offload
        self.rowsAtOnce = rowsAtOnce
        days = RemapDays(
            first: PostgresDate(text: request.from),
            last: PostgresDate(text: request.to),
            timeZone: try run.scope().entry.settings.timeZone
        )
    }

    /// The rules in force, and how far all is mapped by them.
    private struct State {
        let mapper: ChannelMapper
        let channels: [String: Int32]
        var progress: IngestV1.HistoryRemapProgress
        var lastKey: PostgresUUID
    }

    /// Other rules have been put meanwhile.
    private struct RulesChanged: Error {}
    /// Others have changed the same events meanwhile.
    private struct Overtaken: Error {}

    // MARK: All of it

    /// Maps all events of the days.
    func mapAll() async throws {
        var state = try await resumed()
        var tries = 0
        while true {
            // What is saved another worker goes on from.
            if run.isStopping { throw CancellationError() }
            do {
                guard try await mapPart(&state) else { break }
                tries = 0
            } catch is RulesChanged {
                state = try await begun()
            } catch is Overtaken where tries < Self.mostTries {
                tries += 1
            }
        }
        try await run.complete((state.progress.done ?? IngestV1.HistoryRemap()).encoded())
    }

    /// What an attempt before has left, if the rules are the same still.
    private func resumed() async throws -> State {
        guard let checkpoint = run.checkpoint else { return try await begun() }
        let scope = try run.scope()
        let mapper = try await rules.mapper(in: scope)
        let progress = try IngestV1.HistoryRemapProgress(decoding: checkpoint.bytes)
        guard progress.rulesVersion == mapper.version, let key = PostgresUUID(progress.lastKey)
        else { return try await begun() }
        return State(
            mapper: mapper,
            channels: try await ChannelStore().numbers(in: scope),
            progress: progress,
            lastKey: key
        )
    }

    private func begun() async throws -> State {
        let scope = try run.scope(within: RemapStore.countingTime)
        let mapper = try await rules.mapper(in: scope)
        var done = IngestV1.HistoryRemap()
        done.rulesVersion = mapper.version
        var progress = IngestV1.HistoryRemapProgress()
        progress.rulesVersion = mapper.version
        progress.done = done
        progress.events = try await store.count(days, before: mapper.version, in: scope)
        return State(
            mapper: mapper,
            channels: try await ChannelStore().numbers(in: scope),
            progress: progress,
            lastKey: PostgresUUID(high: 0, low: 0)
        )
    }

    // MARK: A part

    /// Maps the events of a part.
    ///
    /// - Returns: whether there were any.
    private func mapPart(_ state: inout State) async throws -> Bool {
        let scope = try run.scope()
        guard let last = try await store.lastKey(of: rowsAtOnce, after: state.lastKey, in: scope)
        else { return false }
        let found = try await found(upTo: last, state)
        var next = state
        next.lastKey = last
        next.progress.lastKey = "\(last)"
        next.progress.done?.mapped += Int64(found.count)
        next.progress.done?.changed += Int64(found.count { $0.isChanged })
        let done = next.progress.done?.mapped ?? 0
        let share = Double(done) / Double(max(next.progress.events, done, 1))
        let version = state.mapper.version
        try await run.save(checkpoint: next.progress.encoded(), progress: share) { transaction in
            try await transaction.query(.holdIntake)
            guard try await store.isInForce(version, transaction) else { throw RulesChanged() }
            if found.isEmpty { return }
            // What is counted is what was read: it must be what is written.
            let written = try await store.write(found, by: version, in: transaction)
            guard written == (found.count, found.count { $0.isChanged }) else { throw Overtaken() }
        }
        run.report(share, "\(done) of \(next.progress.events) events mapped")
        state = next
        return true
    }

    /// The events of a part, each with the channel that it belongs to.
    private func found(upTo last: PostgresUUID, _ state: State) async throws -> [RemappedEvent] {
        var all: [RemappedEvent] = []
        let (mapper, channels) = (state.mapper, state.channels)
        try await store.scan(
            days,
            (after: state.lastKey, upTo: last),
            before: mapper.version,
            in: try run.scope()
        ) { events in
            all += try await offload.runBeside {
                try events.map { try $0.mapped(by: mapper, channels) }
            }
        }
        return all
    }
}
