import Foundation
import Net

/// What a program has said so far, for those who wait for it.
final class ProcessJournal: Sendable {
    struct State: Sendable {
        /// The lines that are records, by their fields.
        var records: [[String: String]] = []
        /// All lines.
        var output = ""
        /// Whether nothing more comes.
        var isOver = false
        var ending: ServerProcess.Ending?
    }

    private let state = Locked((now: State(), waiters: [@Sendable () -> Void]()))

    var now: State { state.withLock { $0.now } }

    /// Reads lines until no more come; it blocks.
    func read(_ handle: FileHandle) {
        var pending: [UInt8] = []
        while case let part = handle.availableData, !part.isEmpty {
            pending += part
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(pending[..<end])
                pending.removeFirst(end + 1)
                let object = try? JSONSerialization.jsonObject(with: Data(line))
                let fields = (object as? [String: Any])?.mapValues { "\($0)" }
                change { state in
                    state.output += String(decoding: line, as: UTF8.self) + "\n"
                    if let fields { state.records.append(fields) }
                }
            }
        }
        change { $0.isOver = true }
    }

    func end(_ ending: ServerProcess.Ending) { change { $0.ending = ending } }

    /// Waits until something is found.
    ///
    /// - Throws: `CancellationError` if the test's time is over before.
    func wait<Value: Sendable>(
        until find: @escaping @Sendable (State) -> Value?
    ) async throws -> Value {
        while true {
            let found: Value? = await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let (found, isOver) = state.withLock { state in
                        let found = find(state.now)
                        let isOver = found != nil || Task.isCancelled
                        if !isOver {
                            state.waiters.append { continuation.resume(returning: nil) }
                        }
                        return (found, isOver)
                    }
                    if isOver { continuation.resume(returning: found) }
                }
            } onCancel: {
                change { _ in }
            }
            if let found { return found }
            try Task.checkCancellation()
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiters = state.withLock { state in
            body(&state.now)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter() }
    }
}
