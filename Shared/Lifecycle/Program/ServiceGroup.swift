internal import Telemetry

/// Several services in one process: for installations that are one program.
///
/// They share threads, the metrics port and the log, and call each other as they would from other
/// processes. The first starts first and stops last. In metrics each has the label `app`.
public struct ServiceGroup: Sendable {
    private let identity: ServiceIdentity
    private let sources: ConfigurationSources
    private let services: [HostedService]

    /// Describes a process.
    ///
    /// - Parameters:
    ///   - name: what logs and metrics call the process.
    ///   - version: the version of all of it.
    ///   - revision: the commit it was built from.
    ///   - sources: the keys of ``ProcessConfiguration``.
    ///   - services: those that run, in the order of their start.
    public init(
        _ name: String,
        version: String,
        revision: String = "unknown",
        sources: ConfigurationSources,
        _ services: [HostedService]
    ) {
        identity = ServiceIdentity(name: name, version: version, revision: revision)
        self.sources = sources
        self.services = services
    }

    /// What is wrong with a configuration, and whose it is.
    public struct Misconfigured: Error, CustomStringConvertible {
        /// The service; nil for what belongs to the process.
        public let service: String?
        /// All that is wrong with it.
        public let error: ConfigurationError

        /// The service, and all problems, each on a line.
        public var description: String { service.map { "\($0): \(error)" } ?? "\(error)" }
    }

    /// Reads all configurations, as ``run()`` would, and starts nothing.
    ///
    /// - Throws: ``Misconfigured`` for the first that has problems.
    public func check() throws(Misconfigured) {
        _ = try configured()
    }

    /// Starts the services, waits for a signal, and stops them.
    ///
    /// - Returns: what the process exits with: 0 after a clean run, else 1.
    /// - Throws: ``Misconfigured``, or why the process could not even begin.
    public func run() async throws -> Int32 {
        let (process, services) = try configured()
        let sink = try StandardOutputSink(service: identity.name, version: identity.version)
        defer { sink.stop() }
        let host = ProcessHost(identity, process, services, sink: sink)
        return try await host.run(watching: WatchedSignals()).exitStatus
    }

    private func configured() throws(Misconfigured) -> (ProcessConfiguration, [ConfiguredService]) {
        let process: ProcessConfiguration
        do throws(ConfigurationError) {
            process = try ProcessConfiguration.load(from: sources).value
        } catch {
            throw Misconfigured(service: nil, error: error)
        }
        var configured: [ConfiguredService] = []
        for service in services {
            do throws(ConfigurationError) {
                configured.append(try service.configure(process))
            } catch {
                throw Misconfigured(service: service.name, error: error)
            }
        }
        return (process, configured)
    }
}
