internal import Net

/// Whether a service should be sent requests: the conditions for it, and whether it drains.
///
/// Unlike liveness it may change at any time: a service that is not ready is left alone until it
/// is. All of it may be used on any thread.
public final class ServiceReadiness: Sendable {
    /// The most conditions a service may have.
    public static let mostConditions = 64
    /// The most callers of ``next(after:)`` that may wait at once.
    public static let mostWaiters = 4096

    private let state = Locked(State())

    /// Starts ready, as nothing has been asked of the service.
    public init() {}

    /// Adds a condition, which is not met until it is said to be.
    ///
    /// - Parameters:
    ///   - name: what is needed, as `postgres`; each stands once.
    ///   - reason: why it is not met at first, as `no connection yet`.
    /// - Returns: the condition, for whoever knows whether it is met.
    public func addCondition(_ name: String, reason: String) -> ReadinessCondition {
        update { state in
            precondition(state.conditions.count < Self.mostConditions, "too many conditions")
            precondition(!state.conditions.contains { $0.name == name }, "each is added once")
            state.conditions.append(
                ReadinessReport.Condition(name: oneLine(name), obstacle: oneLine(reason))
            )
            return ReadinessCondition(readiness: self, place: state.conditions.count - 1)
        }
    }

    /// Makes the service not ready for ever: it stops.
    public func beginDraining() {
        update { $0.isDraining = true }
    }

    /// What holds now.
    public var report: ReadinessReport {
        state.withLock { $0.report }
    }

    /// Whether the service should be sent requests.
    public var isReady: Bool { report.isReady }

    /// Waits until something has changed since a report.
    ///
    /// Changes that come before the caller asks again are told by one report.
    ///
    /// - Parameter version: that of the last report the caller has seen.
    /// - Returns: a report with a later version.
    /// - Throws: `CancellationError` if the task is cancelled, ``ReadinessError`` if too many wait.
    public func next(after version: UInt64) async throws -> ReadinessReport {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enter(continuation, after: version, ticket: ticket)
            }
        } onCancel: {
            let waiter = state.withLock { state in
                // It may come before the continuation is there, which then must not be kept.
                state.waiters.removeValue(forKey: ticket)
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// How many callers wait.
    var waiterCount: Int { state.withLock { $0.waiters.count } }

    private func enter(_ waiter: Waiter, after version: UInt64, ticket: UInt64) {
        let answer = state.withLock { state -> Result<ReadinessReport, any Error>? in
            // Asked under the lock: a cancellation either sees the waiter or is seen here.
            if Task.isCancelled { return .failure(CancellationError()) }
            if state.version > version { return .success(state.report) }
            guard state.waiters.count < Self.mostWaiters else {
                return .failure(ReadinessError.tooManyWaiters)
            }
            state.waiters[ticket] = waiter
            return nil
        }
        if let answer { waiter.resume(with: answer) }
    }

    fileprivate func setObstacle(_ obstacle: String?, at place: Int) {
        update { $0.conditions[place].obstacle = obstacle.map(oneLine) }
    }

    /// Changes the state and, if that made a difference, tells those who wait.
    private func update<Result>(_ body: (inout State) -> Result) -> Result {
        let (result, waiters, report) = state.withLock { state in
            let before = state.report
            let result = body(&state)
            guard state.report != before else { return (result, [Waiter](), before) }
            state.version += 1
            let waiters = Array(state.waiters.values)
            state.waiters = [:]
            return (result, waiters, state.report)
        }
        for waiter in waiters { waiter.resume(returning: report) }
        return result
    }

    private typealias Waiter = CheckedContinuation<ReadinessReport, any Error>

    private struct State {
        var conditions: [ReadinessReport.Condition] = []
        var isDraining = false
        var version: UInt64 = 1
        var tickets: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]

        var report: ReadinessReport {
            ReadinessReport(version: version, isDraining: isDraining, conditions: conditions)
        }
    }
}

/// One thing a service needs before it should be sent requests.
///
/// Any thread may use it, any number of times.
public struct ReadinessCondition: Sendable {
    fileprivate let readiness: ServiceReadiness
    fileprivate let place: Int

    /// It is met.
    public func fulfil() {
        readiness.setObstacle(nil, at: place)
    }

    /// It is not met, or no longer.
    ///
    /// - Parameter reason: why, in a few words.
    public func fail(_ reason: String) {
        readiness.setObstacle(reason, at: place)
    }
}

/// Why nobody can wait for a change.
public enum ReadinessError: Error, Equatable {
    /// As many wait already as may.
    case tooManyWaiters
}
