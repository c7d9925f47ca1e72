internal import Net
internal import Observe
internal import RPC
internal import Telemetry

/// A service with what it is configured from, whatever its configuration is made of.
public struct HostedService: Sendable {
    /// The service, as `ingest`.
    public let name: String

    /// Reads the configuration of the service in a process whose own is known.
    let configure: @Sendable (ProcessConfiguration) throws(ConfigurationError) -> ConfiguredService

    /// A service that shares its process with others.
    ///
    /// - Parameters:
    ///   - definition: the service.
    ///   - sources: its configuration, without the keys of ``ProcessConfiguration``, which are the
    ///     process's.
    public init<Own>(_ definition: ServiceDefinition<Own>, sources: ConfigurationSources) {
        name = definition.name
        configure = { (process) throws(ConfigurationError) in
            var reader = ConfigurationReader(sources)
            let value = ProgramConfiguration<Own>(from: &reader, in: process)
            let loaded = LoadedConfiguration(value: value, settings: try reader.finish())
            return ConfiguredService(definition, loaded)
        }
    }
}

/// A service that has been told all it must know.
struct ConfiguredService: Sendable {
    let name: String
    let logLevel: LogLevel
    let process: ProcessConfiguration
    /// What is configured, for the record of the start.
    let logFields: LogFields
    /// Makes what the service consists of.
    let build: @Sendable (HostParts) throws -> BuiltService

    init<Own>(
        _ definition: ServiceDefinition<Own>,
        _ loaded: LoadedConfiguration<ProgramConfiguration<Own>>
    ) {
        name = definition.name
        logLevel = loaded.value.service.logLevel
        process = loaded.value.service.process
        logFields = loaded.logFields
        build = { try BuiltService(definition, loaded.value, $0) }
    }
}

/// What a process gives each of its services.
struct HostParts {
    let identity: ServiceIdentity
    let threads: ServiceThreads
    let logger: Logger
    let registry: MetricRegistry
}

/// What a service consists of, all that every service has included.
struct BuiltService: Sendable {
    /// In the order of their start.
    let components: [ServiceComponent]
    let readiness = ServiceReadiness()
    let registry: MetricRegistry
    let logger: Logger
    private let tls: ReloadableTLSContext?

    fileprivate init<Own>(
        _ definition: ServiceDefinition<Own>,
        _ configuration: ProgramConfiguration<Own>,
        _ host: HostParts
    ) throws {
        let service = configuration.service
        (registry, logger) = (host.registry, host.logger)
        tls = try service.tls.map { try ReloadableTLSContext(.server($0)) }
        let spans = SpanOutput(
            host.identity,
            service.process,
            host.threads.group,
            host.threads.blocking,
            registry,
            logger
        )
        let parts = ServiceParts(
            configuration: configuration.own,
            service: service,
            threads: host.threads,
            logger: logger,
            registry: registry,
            readiness: readiness,
            telemetry: CallTelemetry(
                registry: registry,
                logger: logger,
                sampler: TraceSampler(ratio: service.process.traceRatio),
                spans: spans?.exporter
            ),
            spans: spans?.exporter
        )
        let content = try definition.build(parts)
        let front = ServiceFront(parts, content, tls)
        components = (spans.map { [$0.component] } ?? []) + content.components + [front.component]
    }

    /// Reads certificates anew; it may block.
    func reload() {
        guard let tls else { return }
        do {
            try tls.reload()
            logger.info("certificates were read anew")
        } catch {
            logger.error("certificates cannot be read", ["cause": .string("\(error)")])
        }
    }
}

extension LoadedConfiguration {
    /// What is configured, for the record of the start: each value and where it comes from.
    fileprivate var logFields: LogFields {
        var fields = LogFields()
        for setting in settings {
            guard let value = setting.value else { continue }
            let shown = setting.isSecret ? Secret.mask : oneLine(value)
            fields[setting.key] = .string("\(shown) (\(setting.source))")
        }
        return fields
    }
}
