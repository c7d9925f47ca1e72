import Messages
import Net
import Observe

/// A collector that answers when a test says so.
final class ScriptedTransport: SpanTransport {
    private struct State {
        var counts: [Int] = []
        var answers: [ExportOutcome]
        var cancelled = 0
        var held: CheckedContinuation<ExportOutcome, Never>?
    }

    private let state: Locked<State>
    private let batches: AsyncStream<Int>
    private let source: AsyncStream<Int>.Continuation

    /// A collector that gives these answers, and none to what comes later.
    init(_ answers: [ExportOutcome]) {
        state = Locked(State(answers: answers))
        (batches, source) = AsyncStream.makeStream()
    }

    /// How many spans were in each batch.
    var counts: [Int] { state.withLock { $0.counts } }
    /// How many attempts were given up.
    var cancelled: Int { state.withLock { $0.cancelled } }

    /// Waits for the next batch.
    func nextBatch() async -> Int? {
        for await count in batches { return count }
        return nil
    }

    /// Answers the batch that has none yet.
    func answer(_ outcome: ExportOutcome) {
        let held = state.withLock { $0.held.take() }
        held?.resume(returning: outcome)
    }

    func export(_ batch: SpanBatch) async -> ExportOutcome {
        let count = batch.resourceSpans[0].scopeSpans[0].spans.count
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> ExportOutcome? in
                    state.counts.append(count)
                    if !state.answers.isEmpty { return state.answers.removeFirst() }
                    state.held = continuation
                    return nil
                }
                source.yield(count)
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.cancelled += 1 }
            answer(.failed(code: "cancelled"))
        }
    }
}
