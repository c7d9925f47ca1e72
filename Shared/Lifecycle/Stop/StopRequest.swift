internal import Net

/// The one request to stop, and those who are told of it.
final class StopRequest: Sendable {
    struct Details: Sendable {
        let cause: StopCause
        /// When it came, by the service's clock.
        let time: Duration
    }

    private let state = Locked(State())

    /// The request, nil while there is none.
    var details: Details? { state.withLock { $0.details } }

    /// Makes the request and tells of it; the first cause is the cause.
    func make(_ details: Details) {
        let listeners = state.withLock { state in
            guard state.details == nil else { return [Listener]() }
            state.details = details
            defer { state.listeners = [:] }
            return state.listeners.sorted { $0.key < $1.key }.map(\.value)
        }
        for listener in listeners { listener(details) }
    }

    /// Calls back when there is a request, at once if there is one.
    ///
    /// - Returns: cancels the call.
    func whenMade(_ listener: @escaping Listener) -> @Sendable () -> Void {
        let (key, details) = state.withLock { state in
            state.tickets += 1
            if state.details == nil { state.listeners[state.tickets] = listener }
            return (state.tickets, state.details)
        }
        if let details { listener(details) }
        return { [state] in state.withLock { $0.listeners[key] = nil } }
    }

    /// Waits until there is a request.
    func wait() async -> Details {
        await withCheckedContinuation { continuation in
            _ = whenMade { continuation.resume(returning: $0) }
        }
    }

    typealias Listener = @Sendable (Details) -> Void

    private struct State {
        var details: Details?
        var listeners: [Int: Listener] = [:]
        var tickets = 0
    }
}
