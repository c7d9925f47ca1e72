internal import Net
internal import Observe
internal import RPC
internal import Telemetry

/// A process with its services, one or several, from their start to their end.
///
/// They share its threads, its metrics port and its log, start in their order and stop in the
/// other; each has a readiness of its own, which its own health follows.
struct ProcessHost {
    private let identity: ServiceIdentity
    private let configuration: ProcessConfiguration
    private let services: [ConfiguredService]
    private let sink: any LogSink
    private let logger: Logger

    init(
        _ identity: ServiceIdentity,
        _ configuration: ProcessConfiguration,
        _ services: [ConfiguredService],
        sink: any LogSink
    ) {
        self.identity = identity
        self.configuration = configuration
        self.services = services
        self.sink = sink
        logger = Logger(
            service: identity.name,
            version: identity.version,
            level: services.map(\.logLevel).min() ?? .info,
            sink: sink
        )
    }

    /// Whether services are told apart in logs, metrics and reports.
    private var isShared: Bool { services.count != 1 }

    /// Starts the services, waits until they are to stop, and stops them.
    ///
    /// - Parameter signals: what each signal means.
    /// - Returns: how it went.
    /// - Throws: why it could not even begin.
    func run(watching signals: WatchedSignals) async throws -> LifecycleReport {
        for service in services { logger(of: service).info("starting", service.logFields) }
        let clock = try SystemLifecycleClock()
        let notifier = try ServiceNotifier.ofProcess()
        let threads = try ServiceThreads(loops: configuration.loops)
        let registry = MetricRegistry()
        registry.registerProcessMetrics()
        registry.registerBuildInfo(
            service: identity.name,
            version: identity.version,
            revision: identity.revision
        )
        do {
            let built = try services.map { service in
                try service.build(
                    HostParts(
                        identity: identity.named(service.name),
                        threads: threads,
                        logger: logger(of: service),
                        // `service` is that of gRPC, in metrics of calls.
                        registry: isShared
                            ? MetricRegistry(labels: ["app": service.name]) : registry
                    )
                )
            }
            let registries = (isShared ? [registry] : []) + built.map(\.registry)
            let report = try await run(built, registries, threads, clock, notifier, signals)
            log(report)
            return report
        } catch {
            threads.stop()
            throw error
        }
    }

    private func run(
        _ built: [BuiltService],
        _ registries: [MetricRegistry],
        _ threads: ServiceThreads,
        _ clock: SystemLifecycleClock,
        _ notifier: ServiceNotifier?,
        _ signals: WatchedSignals
    ) async throws -> LifecycleReport {
        let components = zip(services, built).flatMap { service, built in
            isShared ? built.components.map { $0.of(service.name) } : built.components
        }
        let lifecycle = try ServiceLifecycle(
            [Self.component(of: threads), metricsPort(built, registries)] + components,
            readiness: built.map(\.readiness),
            configuration: configuration.lifecycle,
            clock: clock
        ) { event in
            note(event, notifier)
        }
        let watchdog = notifier.flatMap { notifier in
            LoopWatchdog.limitOfProcess.map { limit in
                LoopWatchdog(watching: threads.group.loops, within: limit, clock: clock) {
                    notifier.tell([.watchdog])
                }
            }
        }
        defer { watchdog?.stop() }
        return try await lifecycle.run(watching: signals) {
            for service in built { service.reload() }
        }
    }

    private func logger(of service: ConfiguredService) -> Logger {
        guard isShared else { return logger }
        return Logger(
            service: service.name,
            version: identity.version,
            level: service.logLevel,
            sink: sink
        )
    }

    // MARK: What all services have

    /// The loops and threads, which go last.
    private static func component(of threads: ServiceThreads) -> ServiceComponent {
        ServiceComponent("threads", stopLimit: .seconds(2)) { _ in
            threads.stop()
        }
    }

    private func metricsPort(
        _ built: [BuiltService],
        _ registries: [MetricRegistry]
    ) -> ServiceComponent {
        let port = Locked<AdminServer?>(nil)
        let names = isShared ? services.map(\.name) : [nil]
        return ServiceComponent("metrics port", stopLimit: .seconds(2)) {
            let server = try AdminServer(
                AdminServerConfiguration(address: configuration.metricsAddress),
                registries: registries
            ) {
                AdminReadiness(zip(names, built).map { ($0, $1.readiness.report) })
            }
            port.withLock { $0 = server }
            logger.info(
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

extension AdminReadiness {
    /// Reports as the metrics port tells them: conditions of services that share a process stand
    /// behind their names.
    fileprivate init(_ reports: [(service: String?, report: ReadinessReport)]) {
        self.init(
            reports.flatMap { service, report in
                report.conditions.map { condition in
                    Condition(
                        service.map { "\($0): \(condition.name)" } ?? condition.name,
                        obstacle: condition.obstacle
                    )
                }
            },
            isDraining: reports.contains { $0.report.isDraining }
        )
    }
}
