/// Merges those who ask for one thing while it is being fetched: it is fetched once, and all of
/// them get what comes of it, be it an error.
///
/// What is under way belongs to none of those who wait: it goes on when the first of them gives up.
/// May be used by any thread.
public final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Value, any Error>

    private struct State {
        /// The flights that others may join.
        var open: [Key: Int] = [:]
        /// Who waits for each flight.
        var waiting: [Int: [Int: Waiter]] = [:]
        /// The flight that each waits for.
        var flights: [Int: Int] = [:]
        var lastNumber = 0
    }

    private let maximumWaiting: Int
    private let state = Locked(State())

    /// Nothing is under way.
    ///
    /// - Parameter maximumWaiting: how many may wait, for all keys together.
    public init(maximumWaiting: Int) { self.maximumWaiting = maximumWaiting }

    /// Fetches a value, or waits for one that is being fetched.
    ///
    /// - Parameters:
    ///   - key: what is asked for.
    ///   - fetch: brings it, in a task of its own; it must end by itself.
    /// - Returns: the value.
    /// - Throws: what `fetch` throws; ``SingleFlightFull``; `CancellationError` at once if the
    ///   caller's task is cancelled.
    public func value(
        of key: Key,
        _ fetch: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { join(key, number, $0, fetch) }
        } onCancel: {
            leave(number)?.resume(throwing: CancellationError())
        }
    }

    /// Has those who ask from now on not get what is under way, as it may be old.
    ///
    /// - Parameter key: what was asked for.
    public func forget(_ key: Key) { state.withLock { $0.open[key] = nil } }

    private enum Entry {
        case joined, began
        case refused(any Error)
    }

    private func join(
        _ key: Key,
        _ number: Int,
        _ waiter: Waiter,
        _ fetch: @escaping @Sendable () async throws -> Value
    ) {
        let entry: Entry = state.withLock { state in
            // Who was cancelled before has been looked for already, and not found.
            if Task.isCancelled { return .refused(CancellationError()) }
            if state.flights.count >= maximumWaiting {
                return .refused(SingleFlightFull(limit: maximumWaiting))
            }
            let flight = state.open[key] ?? number
            state.open[key] = flight
            state.flights[number] = flight
            state.waiting[flight, default: [:]][number] = waiter
            return flight == number ? .began : .joined
        }
        switch entry {
        case .joined: break
        case .refused(let error): waiter.resume(throwing: error)
        case .began: Task { await self.fly(key, number, fetch) }
        }
    }

    private func leave(_ number: Int) -> Waiter? {
        state.withLock { state in
            guard let flight = state.flights.removeValue(forKey: number) else { return nil }
            return state.waiting[flight]?.removeValue(forKey: number)
        }
    }

    private func fly(
        _ key: Key,
        _ flight: Int,
        _ fetch: @Sendable () async throws -> Value
    ) async {
        let result: Result<Value, any Error>
        do {
            result = .success(try await fetch())
        } catch {
            result = .failure(error)
        }
        let waiters = state.withLock { state in
            if state.open[key] == flight { state.open[key] = nil }
            let waiters = state.waiting.removeValue(forKey: flight) ?? [:]
            for number in waiters.keys { state.flights[number] = nil }
            return Array(waiters.values)
        }
        for waiter in waiters { waiter.resume(with: result) }
    }
}

/// As many wait as may.
public struct SingleFlightFull: Error, Hashable, CustomStringConvertible {
    /// How many may.
    public let limit: Int

    /// The reason in words.
    public var description: String { "\(limit) are waiting already" }
}
