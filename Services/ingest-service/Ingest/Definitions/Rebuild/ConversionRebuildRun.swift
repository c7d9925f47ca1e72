internal import Jobs
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// An attempt at deciding anew which stored events are conversions: it goes on after the last part
/// that an attempt before it has decided.
///
/// Events are looked at in the order of their keys. Those that were decided by other definitions
/// are all there when it begins, for none is stored by those after others came into force: see
/// ``Statement/holdIntake``.
struct ConversionRebuildRun {
    private let run: JobRun
    private let offload: WorkerPool?
    private let rowsAtOnce: Int
    private let store = ConversionRebuildStore()
    private let definitions = DefinitionStore()

    /// How often a part is tried in which others change the same events.
    private static let mostTries = 10

    init(_ run: JobRun, offload: WorkerPool?, rowsAtOnce: Int) {
        self.run = run
        self.offload = offload
        self.rowsAtOnce = rowsAtOnce
    }

    /// The definitions in force, and how far all is decided by them.
    private struct State {
        let set: ConversionSet
        var progress: IngestV1.ConversionRebuildProgress
        var lastKey: PostgresUUID
    }

    /// Other definitions have come into force meanwhile.
    private struct DefinitionsChanged: Error {}
    /// Others have changed the same events meanwhile.
    private struct Overtaken: Error {}

    /// Decides all events.
    func decideAll() async throws {
        var state = try await resumed()
        let last = try await store.lastKey(in: run.scope())
        var tries = 0
        while true {
            // What is saved another worker goes on from.
            if run.isStopping { throw CancellationError() }
            do {
                guard try await decidePart(&state, of: last) else { break }
                tries = 0
            } catch is DefinitionsChanged {
                state = try await begun()
            } catch is Overtaken where tries < Self.mostTries {
                tries += 1
            }
        }
        try await run.complete((state.progress.done ?? IngestV1.ConversionRebuild()).encoded())
    }

    private func begun() async throws -> State {
        let set = try await definitions.conversions(unless: 0, in: run.scope()) ?? .standard
        var progress = IngestV1.ConversionRebuildProgress()
        progress.version = set.version
        progress.done = IngestV1.ConversionRebuild()
        progress.done?.version = set.version
        return State(set: set, progress: progress, lastKey: ErasureStore.firstKey)
    }

    /// What an attempt before has left, if the definitions are the same still.
    private func resumed() async throws -> State {
        var state = try await begun()
        guard let checkpoint = run.checkpoint else { return state }
        let progress = try IngestV1.ConversionRebuildProgress(decoding: checkpoint.bytes)
        guard progress.version == state.set.version, let key = PostgresUUID(progress.lastKey)
        else { return state }
        state.progress = progress
        state.lastKey = key
        return state
    }

    /// Decides the events of a part.
    ///
    /// - Returns: whether there were any.
    private func decidePart(_ state: inout State, of all: PostgresUUID?) async throws -> Bool {
        let last = try await store.lastKey(of: rowsAtOnce, after: state.lastKey, in: run.scope())
        guard let last else { return false }
        let set = state.set
        var decided: [DecidedEvent] = []
        try await store.scan(set, (after: state.lastKey, upTo: last), in: run.scope()) { events in
            decided += try await offload.runBeside { try events.map { try $0.decided(by: set) } }
        }
        let changed = decided.filter(\.isChanged)
        var next = state
        next.lastKey = last
        next.progress.lastKey = "\(last)"
        next.progress.done?.events += Int64(decided.count)
        next.progress.done?.changed += Int64(changed.count)
        let share = all.map { Double(last.high) / Double(max($0.high, last.high, 1)) } ?? 1
        let version = set.version
        try await run.save(checkpoint: next.progress.encoded(), progress: share) { transaction in
            try await transaction.query(.holdIntake)
            guard try await store.isInForce(version, in: transaction) else {
                throw DefinitionsChanged()
            }
            let written = try await store.write(decided, by: version, in: transaction)
            guard written == changed.count else { throw Overtaken() }
        }
        run.report(
            share,
            "\(next.progress.done?.events ?? 0) events decided, "
                + "\(next.progress.done?.changed ?? 0) of them changed"
        )
        state = next
        return true
    }
}
