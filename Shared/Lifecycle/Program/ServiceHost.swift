internal import HTTP2
internal import Messages
internal import Net
internal import Observe
internal import RPC
internal import Telemetry
internal import Wire

/// One service from its start to its end.
struct ServiceHost<Configuration: Configurable> {
    typealias Build = @Sendable (ServiceParts<Configuration>) throws -> ServiceContent

    private let identity: ServiceIdentity
    private let loaded: LoadedConfiguration<ProgramConfiguration<Configuration>>
    private let logger: Logger
    private let build: Build

    init(
        _ identity: ServiceIdentity,
        _ loaded: LoadedConfiguration<ProgramConfiguration<Configuration>>,
        sink: any LogSink,
        _ build: @escaping Build
    ) {
        self.identity = identity
        self.loaded = loaded
        self.build = build
        logger = Logger(
            service: identity.name,
            version: identity.version,
            level: loaded.value.service.logLevel,
            sink: sink
        )
    }

    private var service: ServiceConfiguration { loaded.value.service }

    /// Starts the service, waits until it is to stop, and stops it.
    ///
    /// - Parameter signals: what each signal means.
    /// - Returns: how it went.
    /// - Throws: why it could not even begin.
    func run(watching signals: WatchedSignals) async throws -> LifecycleReport {
        logger.info("starting", loaded.logFields)
        let tls = try service.tls.map { try ReloadableTLSContext(.server($0)) }
        let clock = try SystemLifecycleClock()
        let notifier = try ServiceNotifier.ofProcess()
        let threads = try ServiceThreads(loops: service.loops)
        let registry = MetricRegistry()
        registry.registerProcessMetrics()
        registry.registerBuildInfo(
            service: identity.name,
            version: identity.version,
            revision: identity.revision
        )
        let spans = SpanOutput(identity, service, threads.group, threads.blocking, registry, logger)
        let parts = ServiceParts(
            configuration: loaded.value.own,
            service: service,
            threads: threads,
            logger: logger,
            registry: registry,
            readiness: ServiceReadiness(),
            telemetry: CallTelemetry(
                registry: registry,
                logger: logger,
                sampler: TraceSampler(ratio: service.traceRatio),
                spans: spans?.exporter
            )
        )
        do {
            let content = try build(parts)
            let report = try await run(parts, content, tls, spans, clock, notifier, signals)
            log(report)
            return report
        } catch {
            threads.stop()
            throw error
        }
    }

    private func run(
        _ parts: ServiceParts<Configuration>,
        _ content: ServiceContent,
        _ tls: ReloadableTLSContext?,
        _ spans: SpanOutput?,
        _ clock: SystemLifecycleClock,
        _ notifier: ServiceNotifier?,
        _ signals: WatchedSignals
    ) async throws -> LifecycleReport {
        let front = ServiceFront(parts, content, tls)
        let components =
            [Self.threads(parts), Self.metricsPort(parts)] + (spans.map { [$0.component] } ?? [])
            + content.components + [front.component]
        let lifecycle = try ServiceLifecycle(
            components,
            readiness: parts.readiness,
            configuration: service.lifecycle,
            clock: clock
        ) { event in
            note(event, notifier)
        }
        let watchdog = notifier.flatMap { notifier in
            LoopWatchdog.limitOfProcess.map { limit in
                LoopWatchdog(watching: parts.group.loops, within: limit, clock: clock) {
                    notifier.tell([.watchdog])
                }
            }
        }
        defer { watchdog?.stop() }
        return try await lifecycle.run(watching: signals) {
            guard let tls else { return }
            do {
                try tls.reload()
                logger.info("certificates were read anew")
            } catch {
                logger.error("certificates cannot be read", ["cause": .string("\(error)")])
            }
        }
    }

    // MARK: What all services have

    /// The loops and threads, which go last.
    private static func threads(_ parts: ServiceParts<Configuration>) -> ServiceComponent {
        ServiceComponent("threads", stopLimit: .seconds(2)) { _ in
            parts.threads.stop()
        }
    }

    private static func metricsPort(_ parts: ServiceParts<Configuration>) -> ServiceComponent {
        let port = Locked<AdminServer?>(nil)
        return ServiceComponent("metrics port", stopLimit: .seconds(2)) {
            let configuration = AdminServerConfiguration(address: parts.service.metricsAddress)
            let server = try AdminServer(configuration, registry: parts.registry) {
                AdminReadiness(parts.readiness.report)
            }
            port.withLock { $0 = server }
            parts.logger.info(
                "metrics port is open",
                ["address": .string("\(server.boundAddress)")]
            )
        } stop: { _ in
            port.withLock { $0.take() }?.stop()
        }
    }

    // MARK: What is told

    private func note(_ event: LifecycleEvent, _ notifier: ServiceNotifier?) {
        var refusal: String?
        switch event {
        case .started:
            logger.info("started")
            refusal = notifier?.tell([.ready])
        case .stopping(let cause):
            logger.info("stopping", ["cause": .string("\(cause)")])
            refusal = notifier?.tell([.stopping])
        case .waitingForEndpoints(let delay):
            logger.info("calls are taken for a while", ["seconds": .double(delay / .seconds(1))])
        case .starting(let component), .stoppingComponent(let component, _):
            logger.debug("component changes", ["component": .string(component)])
        case .ended(let outcome):
            let isDone = outcome.result == .done
            let level: LogLevel =
                isDone ? .debug : outcome.result == .interrupted ? .warning : .error
            logger.log(level, "component changed", ["outcome": .string("\(outcome)")])
        }
        if let refusal {
            logger.warning("the service manager was not told", ["cause": .string(refusal)])
        }
    }

    private func log(_ report: LifecycleReport) {
        logger.log(
            report.isClean ? .info : .error,
            "stopped",
            [
                "cause": .string("\(report.cause)"),
                "seconds": .double(report.stopDuration / .seconds(1)),
            ]
        )
    }
}

extension LoadedConfiguration {
    /// What is configured, for the record of the start: each value and where it comes from.
    var logFields: LogFields {
        var fields = LogFields()
        for setting in settings {
            guard let value = setting.value else { continue }
            let shown = setting.isSecret ? Secret.mask : oneLine(value)
            fields[setting.key] = .string("\(shown) (\(setting.source))")
        }
        return fields
    }
}

extension AdminReadiness {
    /// A report as the metrics port tells it.
    init(_ report: ReadinessReport) {
        self.init(
            report.conditions.map { Condition($0.name, obstacle: $0.obstacle) },
            isDraining: report.isDraining
        )
    }
}
