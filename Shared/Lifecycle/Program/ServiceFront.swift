internal import HTTP2
internal import Messages
internal import Net
internal import Observe
internal import RPC
internal import Telemetry
internal import Wire

/// What takes the calls of a service: its contracts, health and reflection, on one port.
final class ServiceFront: Sendable {
    private let service: ServiceConfiguration
    private let content: ServiceContent
    private let group: EventLoopGroup
    private let logger: Logger
    private let readiness: ServiceReadiness
    private let health: HealthRegistry
    private let methods: [RPCMethod]
    private let configuration: RPCServerConfiguration
    private let state = Locked<(server: RPCServer?, following: Task<Void, Never>?)>((nil, nil))

    init<Own>(_ parts: ServiceParts<Own>, _ content: ServiceContent, _ tls: ReloadableTLSContext?) {
        self.content = content
        service = parts.service
        group = parts.group
        logger = parts.logger
        readiness = parts.readiness
        let schemas = content.contracts.map(\.schema)
        health = HealthRegistry(services: schemas.map(\.fullName))
        var methods =
            content.contracts.flatMap(\.methods)
            + GrpcHealthV1.Health.methods(of: HealthService(health))
        if parts.service.hasReflection {
            methods +=
                ReflectionService(
                    services: schemas + [GrpcHealthV1.Health.schema],
                    files: content.contracts.flatMap(\.files)
                ).methods
        }
        self.methods = methods
        configuration = Self.configuration(parts, content, tls)
        let connections = configuration.http2.listener.openConnections
        parts.registry.gauge(
            "grpc_server_connections",
            help: "Connections of callers that are open.",
            reading: { Double(connections.count) }
        )
    }

    private static func configuration<Own>(
        _ parts: ServiceParts<Own>,
        _ content: ServiceContent,
        _ tls: ReloadableTLSContext?
    ) -> RPCServerConfiguration {
        let limits = parts.service.limits
        var configuration = RPCServerConfiguration()
        configuration.http2.tls = tls
        configuration.http2.listener.maximumConnections = limits.connections
        configuration.http2.connection.maximumConcurrentStreams = limits.callsPerConnection
        configuration.http2.connection.abuse.resets = limits.faultsPerConnection
        configuration.http2.connection.abuse.oversizedHeaders = limits.faultsPerConnection
        configuration.http2.budget = MemoryBudget(limit: limits.bodyMemory)
        let logger = parts.logger
        configuration.http2.onFailure = { address, failure in
            var fields: LogFields = ["cause": .string("\(failure)")]
            if let address { fields["peer"] = .string("\(address)") }
            logger.debug("a connection had to end", fields)
        }
        configuration.limits = limits.messages
        configuration.offload = parts.threads.offload
        configuration.guards = content.guards
        configuration.interceptors = content.interceptors
        configuration.errorMapping = content.errorMapping
        content.configure(&configuration)
        parts.telemetry.watch(&configuration)
        return configuration
    }

    /// The last part of the service to start, and the first to stop.
    var component: ServiceComponent {
        // What is left after it is quick, but for what the service itself has.
        let stopLimit = max(.seconds(1), service.process.lifecycle.stopLimit / 2)
        return ServiceComponent("calls", stopLimit: stopLimit) {
            try self.start()
        } stop: { limit in
            await self.stop(within: limit)
        }
    }

    private func start() throws {
        let server = try RPCServer(
            address: service.listenAddress,
            group: group,
            methods: methods,
            configuration: configuration
        )
        let following = Task { await followReadiness() }
        state.withLock { $0 = (server, following) }
        logger.info("calls are taken", ["address": .string("\(server.boundAddress)")])
    }

    private func stop(within limit: Duration) async {
        let (server, following) = state.withLock { $0 }
        content.onDrain()
        health.endWatches()
        // What is reset at its limit still takes a moment to end.
        await server?.stop(within: limit * 0.9)
        following?.cancel()
    }

    /// Says by gRPC's health what readiness says by HTTP.
    private func followReadiness() async {
        var report = readiness.report
        do {
            while true {
                health.setAll(report.isReady ? .serving : .notServing)
                report = try await readiness.next(after: report.version)
            }
        } catch is CancellationError {
            health.setAll(.notServing)
        } catch {
            logger.error("health does not follow readiness", ["cause": .string("\(error)")])
            health.setAll(.notServing)
        }
    }
}
