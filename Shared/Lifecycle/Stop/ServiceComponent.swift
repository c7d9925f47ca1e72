/// A part of a service that is started and stopped: telemetry, a pool, workers, a server.
public struct ServiceComponent: Sendable {
    /// What logs call it.
    public let name: String
    /// How long it may take to start.
    public let startLimit: Duration
    /// How long it may take to stop, if the whole has so much time left.
    public let stopLimit: Duration

    let start: @Sendable () async throws -> Void
    let stop: @Sendable (_ limit: Duration) async throws -> Void

    /// Describes a component.
    ///
    /// - Parameters:
    ///   - name: what logs call it.
    ///   - startLimit: how long it may take to start.
    ///   - stopLimit: how long it may take to stop, if the whole has so much time left.
    ///   - start: returns when the component works. If it throws, nothing of the component is left
    ///     running: it is not stopped. Its task is cancelled when its time is over.
    ///   - stop: returns when nothing of the component runs any more; it is told how long it has.
    ///     Its task is cancelled when its time is over. It is called once, after a start that
    ///     returned.
    public init(
        _ name: String,
        startLimit: Duration = .seconds(30),
        stopLimit: Duration = .seconds(10),
        start: @escaping @Sendable () async throws -> Void = {},
        stop: @escaping @Sendable (_ limit: Duration) async throws -> Void
    ) {
        precondition(startLimit > .zero && stopLimit > .zero, "a component gets some time")
        self.name = name
        self.startLimit = startLimit
        self.stopLimit = stopLimit
        self.start = start
        self.stop = stop
    }

    /// The component among those of several services.
    func of(_ service: String) -> ServiceComponent {
        ServiceComponent(
            "\(service): \(name)",
            startLimit: startLimit,
            stopLimit: stopLimit,
            start: start,
            stop: stop
        )
    }
}
