public import Net
public import Telemetry

/// The metrics port of a process: what Prometheus and probes ask, by HTTP/1.1.
///
/// It answers `GET` and `HEAD` of `/livez` (200 while the process answers at all), `/readyz` (200,
/// or 503 while the service should not be sent requests, with the conditions in JSON) and
/// `/metrics` (in the form that the caller prefers); 404 for any other path, 405 for any other
/// method. No answer may be stored. All of it happens on one thread of its own, never on a loop.
/// It trusts its callers: it belongs on the loopback interface or inside the cluster.
public final class AdminServer: Sendable {
    /// Where it listens: the port is the one the kernel chose if it was asked to.
    public let boundAddress: SocketAddress

    /// Nil when it has stopped: the socket is closed with the daemon's, as both are one.
    private let listener: Locked<ListeningSocket?>
    private let daemon: HTTPDaemon

    /// Begins to listen and to answer.
    ///
    /// - Parameters:
    ///   - configuration: where, and the limits.
    ///   - registry: the metrics.
    ///   - readiness: says how the service is, each time it is asked; it does not wait for anyone.
    /// - Throws: ``AdminServerError`` if it cannot listen.
    public convenience init(
        _ configuration: AdminServerConfiguration = AdminServerConfiguration(),
        registry: MetricRegistry,
        readiness: @escaping @Sendable () -> AdminReadiness
    ) throws(AdminServerError) {
        try self.init(configuration, registries: [registry], readiness: readiness)
    }

    /// Begins to listen and to answer for several services that share a process.
    ///
    /// - Parameters:
    ///   - configuration: where, and the limits.
    ///   - registries: their metrics, told apart by their labels.
    ///   - readiness: says how all are, each time it is asked; it does not wait for anyone.
    /// - Throws: ``AdminServerError`` if it cannot listen.
    public init(
        _ configuration: AdminServerConfiguration = AdminServerConfiguration(),
        registries: [MetricRegistry],
        readiness: @escaping @Sendable () -> AdminReadiness
    ) throws(AdminServerError) {
        let pages = AdminPages(registries: registries, readiness: readiness)
        do {
            let socket = try ListeningSocket(
                address: configuration.address,
                backlog: Int32(clamping: max(configuration.maximumConnections, 16))
            )
            listener = Locked(socket)
            boundAddress = socket.boundAddress
            daemon = try HTTPDaemon(on: socket, configuration) { method, path, accept in
                pages.answer(method: method, path: path, accept: accept)
            }
        } catch {
            throw AdminServerError(address: configuration.address, reason: error)
        }
    }

    deinit { stop() }

    /// Closes all connections, and waits until its thread has ended.
    ///
    /// An answer that is being made is waited for; those that are being sent are cut off. May be
    /// called any number of times, by any thread but its own.
    public func stop() {
        listener.withLock { $0.take() }?.removeFile()
        daemon.stop()
    }
}

/// Why a metrics port cannot be opened.
public struct AdminServerError: Error, Equatable, CustomStringConvertible {
    /// Where it should have listened.
    public let address: SocketAddress
    /// What the system says.
    public let reason: SystemError

    /// The address and the reason.
    public var description: String { "the metrics port cannot listen at \(address): \(reason)" }
}
