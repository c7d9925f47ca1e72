internal import Net

/// A call that is waited for no longer than a limit.
///
/// Unlike a task group it does not wait for a call that ignores its cancellation.
final class TimedCall: Sendable {
    enum Outcome: Sendable {
        case returned
        case threw(any Error)
        case outOfTime
    }

    private let clock: any LifecycleClock
    private let state = Locked(State())

    /// Begins a call.
    ///
    /// - Parameters:
    ///   - limit: how long it is waited for.
    ///   - clock: what the limit is measured by.
    ///   - body: what is called, in a task that is cancelled when the time is over.
    init(
        limit: Duration,
        clock: any LifecycleClock,
        _ body: @escaping @Sendable () async throws -> Void
    ) {
        self.clock = clock
        let task = Task {
            do {
                try await body()
                self.settle(.returned)
            } catch {
                self.settle(.threw(error))
            }
        }
        state.withLock { $0.task = task }
        setLimit(limit)
    }

    /// Waits for no longer than from now to another limit, and asks the call to end.
    func cancel(limit: Duration) {
        state.withLock { $0.task }?.cancel()
        setLimit(limit)
    }

    /// What became of the call, as soon as it has ended or its time is over; for one caller.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let outcome = state.withLock { state in
                if state.outcome == nil { state.waiter = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    private func setLimit(_ limit: Duration) {
        let silence = clock.call(after: limit) { self.settle(.outOfTime) }
        let isLate = state.withLock { state in
            if state.outcome == nil { state.alarms.append(silence) }
            return state.outcome != nil
        }
        if isLate { silence() }
    }

    private func settle(_ outcome: Outcome) {
        let settled = state.withLock { state -> State? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            defer {
                state.alarms = []
                state.waiter = nil
                state.task = nil
            }
            return state
        }
        guard let settled else { return }
        for silence in settled.alarms { silence() }
        if case .outOfTime = outcome { settled.task?.cancel() }
        settled.waiter?.resume(returning: outcome)
    }

    private struct State {
        var outcome: Outcome?
        var task: Task<Void, Never>?
        var waiter: CheckedContinuation<Outcome, Never>?
        var alarms: [@Sendable () -> Void] = []
    }
}
