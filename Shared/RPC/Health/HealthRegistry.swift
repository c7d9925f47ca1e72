public import Messages
internal import Net
internal import Wire

/// How the services of a process are, for those who ask and those who watch.
///
/// Any thread may call.
public final class HealthRegistry: Sendable {
    /// Whether a service can be called.
    public typealias Status = GrpcHealthV1.HealthCheckResponse.ServingStatus

    private struct State {
        var statuses: [String: Status]
        var watchers: [Int: (service: String, source: AsyncStream<Status>.Continuation)] = [:]
        var nextWatcher = 0
        var areWatchesOver = false
    }

    private let state: Locked<State>

    /// Knows services that cannot be called yet, and the whole server by the empty name.
    ///
    /// - Parameter services: their full names.
    public init(services: [String]) {
        var statuses: [String: Status] = ["": .notServing]
        for service in services { statuses[service] = .notServing }
        state = Locked(State(statuses: statuses))
    }

    /// Says how a service is; one that was not known is from now on.
    ///
    /// - Parameters:
    ///   - status: how it is.
    ///   - service: its full name; empty for the whole server.
    public func set(_ status: Status, for service: String) {
        let told: [AsyncStream<Status>.Continuation] = state.withLock { state in
            guard state.statuses.updateValue(status, forKey: service) != status else { return [] }
            return state.watchers.values.filter { $0.service == service }.map(\.source)
        }
        for source in told { source.yield(status) }
    }

    /// Says how the whole server and all its services are.
    public func setAll(_ status: Status) {
        for service in statuses.keys { set(status, for: service) }
    }

    /// How a service is; nil if it is not known.
    public func status(of service: String) -> Status? {
        state.withLock { $0.statuses[service] }
    }

    /// How all services are, by name.
    public var statuses: [String: Status] { state.withLock { $0.statuses } }

    /// Ends all watches, after what they have to tell: whoever watches asks another server.
    ///
    /// For a server that drains: a watch would keep it from coming to an end. Later ones are told
    /// how the service is and end at once.
    public func endWatches() {
        let ended = state.withLock { state in
            state.areWatchesOver = true
            defer { state.watchers = [:] }
            return state.watchers.values.map(\.source)
        }
        for source in ended { source.finish() }
    }

    /// What a service is now, and every change until the task that reads is cancelled; of changes
    /// that come faster than they are read the last is kept.
    func watch(_ service: String) -> AsyncStream<Status> {
        let (stream, source) = AsyncStream<Status>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            let id = state.nextWatcher
            state.nextWatcher += 1
            // Told inside: a change must not come before what it changed.
            source.yield(state.statuses[service] ?? .serviceUnknown)
            if state.areWatchesOver {
                source.finish()
            } else {
                state.watchers[id] = (service, source)
            }
            return id
        }
        source.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.watchers.removeValue(forKey: id) }
        }
        return stream
    }
}
