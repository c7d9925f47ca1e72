internal import Glibc
internal import Observe
internal import Telemetry

/// A program that runs one service, from its arguments to its exit status.
///
///     @main
///     enum Main {
///         static func main() async {
///             await ServiceProgram("greeting", version: "1.0.0") { parts in
///                 let service = GreetingService(parts.configuration)
///                 return ServiceContent(ServedContract(…))
///             }
///             .main()
///         }
///     }
///
/// It reads its configuration, makes loops, log, metrics, traces, the metrics port, health and
/// reflection, and serves until a signal; then it stops in order: readiness ends, calls are still
/// taken for a while, are drained, parts stop, spans are sent, and the log is written. It tells
/// systemd, if that wants to know, when it works, lives and stops.
///
/// It exits with 0 after a clean run, 1 after any other, and 2 if its arguments or its
/// configuration are wrong, all of which it then names.
public struct ServiceProgram<Configuration: Configurable>: Sendable {
    private let identity: ServiceIdentity
    private let definition: ServiceDefinition<Configuration>

    /// Describes a program.
    ///
    /// - Parameters:
    ///   - name: the service, as `ingest`.
    ///   - version: its version.
    ///   - revision: the commit it was built from.
    ///   - configuration: the service's own.
    ///   - build: makes what the service consists of; it does not wait for anything.
    public init(
        _ name: String,
        version: String,
        revision: String = "unknown",
        configuration: Configuration.Type = Configuration.self,
        _ build: @escaping @Sendable (ServiceParts<Configuration>) throws -> ServiceContent
    ) {
        self.init(ServiceDefinition(name, build), version: version, revision: revision)
    }

    /// A program of its own for a service.
    ///
    /// - Parameters:
    ///   - definition: the service.
    ///   - version: its version.
    ///   - revision: the commit it was built from.
    public init(
        _ definition: ServiceDefinition<Configuration>,
        version: String,
        revision: String = "unknown"
    ) {
        identity = ServiceIdentity(name: definition.name, version: version, revision: revision)
        self.definition = definition
    }

    /// Runs the program as its arguments and environment ask.
    public func main() async -> Never {
        do throws(ProgramArguments.Fault) {
            switch try ProgramArguments(Array(CommandLine.arguments.dropFirst())) {
            case .help:
                print(
                    ProgramArguments.usage + "\n\n" + ProgramConfiguration<Configuration>.describe()
                )
            case .version:
                print("\(identity.name) \(identity.version) (\(identity.revision))")
            case .printConfiguration(let file):
                print(load(file).describeEffective())
            case .run(let file):
                await run(load(file))
            }
        } catch {
            Self.complain("\(error.reason)\n\(ProgramArguments.usage)")
            exit(2)
        }
        exit(0)
    }

    private func load(
        _ file: String?
    ) -> LoadedConfiguration<ProgramConfiguration<Configuration>> {
        do throws(ConfigurationError) {
            return try ProgramConfiguration<Configuration>.load(
                from: .ofProcess(file: file, ignoring: ServiceIdentity.foreignVariables)
            )
        } catch {
            Self.complain("\(error)")
            exit(2)
        }
    }

    private func run(
        _ loaded: LoadedConfiguration<ProgramConfiguration<Configuration>>
    ) async -> Never {
        do {
            let sink = try StandardOutputSink(service: identity.name, version: identity.version)
            let service = ConfiguredService(definition, loaded)
            let host = ProcessHost(identity, service.process, [service], sink: sink)
            do {
                let report = try await host.run(watching: WatchedSignals())
                sink.stop()
                exit(report.exitStatus)
            } catch {
                sink.stop()
                throw error
            }
        } catch {
            Self.complain("\(identity.name) cannot start: \(oneLine("\(error)"))")
            exit(1)
        }
    }

    /// Says what is wrong to whoever started the program.
    private static func complain(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        // It reads no more than the array has; there is nobody else to tell if it fails.
        _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
    }
}

/// What a service is called.
struct ServiceIdentity: Sendable {
    let name: String
    let version: String
    let revision: String

    /// What another service of the same build is called.
    func named(_ name: String) -> ServiceIdentity {
        ServiceIdentity(name: name, version: version, revision: revision)
    }

    /// Variables with our prefix that are for those who build and test.
    static let foreignVariables: Set<String> = [
        "SEXTANT_LONG", "SEXTANT_REFERENCE", "SEXTANT_SCRATCH", "SEXTANT_SUITES",
    ]
}

/// All that a program can be told: what every service can, and what this one can.
struct ProgramConfiguration<Own: Configurable>: Configurable {
    let service: ServiceConfiguration
    let own: Own

    init(from reader: inout ConfigurationReader) {
        service = ServiceConfiguration(from: &reader)
        own = Own(from: &reader)
    }

    init(from reader: inout ConfigurationReader, in process: ProcessConfiguration) {
        service = ServiceConfiguration(from: &reader, in: process)
        own = Own(from: &reader)
    }
}

/// The configuration of a service that has none of its own.
public struct NoConfiguration: Configurable {
    /// Asks for nothing.
    public init(from reader: inout ConfigurationReader) {}
}
