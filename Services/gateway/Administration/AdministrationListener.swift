public import Lifecycle
internal import Messages
public import Net
public import Observe
internal import RPC
public import Telemetry
internal import Wire

/// A second socket of a process, on which administration is served by gRPC in plain text.
public final class AdministrationListener: Sendable {
    private let configuration: AdministrationConfiguration
    private let contracts: [ServedContract]
    private let group: EventLoopGroup
    private let blocking: WorkerPool
    private let telemetry: CallTelemetry?
    private let registry: MetricRegistry
    private let logger: Logger
    private let server = Locked<RPCServer?>(nil)

    /// A listener that does not listen yet.
    ///
    /// - Parameters:
    ///   - configuration: where, and the operators' file.
    ///   - contracts: those of ``Administration/contracts(_:pages:)``.
    ///   - group: the loops.
    ///   - blocking: where the operators' file is read.
    ///   - telemetry: what measures and logs calls; nil for nothing.
    ///   - registry: where refusals are counted; once for each registry.
    ///   - logger: where they are logged.
    public init(
        _ configuration: AdministrationConfiguration,
        _ contracts: [ServedContract],
        group: EventLoopGroup,
        blocking: WorkerPool,
        telemetry: CallTelemetry? = nil,
        registry: MetricRegistry,
        logger: Logger
    ) {
        self.configuration = configuration
        self.contracts = contracts
        self.group = group
        self.blocking = blocking
        self.telemetry = telemetry
        self.registry = registry
        self.logger = logger
    }

    /// Where it listens; nil before it does.
    public var boundAddress: SocketAddress? { server.withLock { $0?.boundAddress } }

    /// The listener as a part of its process.
    public var component: ServiceComponent {
        ServiceComponent("administration") {
            try await self.start()
        } stop: { limit in
            await self.stop(within: limit)
        }
    }

    /// Begins to listen.
    ///
    /// - Throws: ``OperatorTokens/Fault`` for an operators' file that may not be used;
    ///   `SystemError` if it cannot listen.
    public func start() async throws {
        guard let path = configuration.operatorsFile else {
            throw OperatorTokens.Fault(description: "there is no file of operators")
        }
        let tokens = try await blocking.run { try OperatorTokens(file: path) }
        let health = HealthRegistry(services: contracts.map(\.schema.fullName))
        var settings = RPCServerConfiguration()
        settings.guards = [OperatorGuard(tokens, registry: registry, logger: logger)]
        settings.errorMapping = { Administration.status(of: $0) }
        telemetry?.watch(&settings)
        let server = try RPCServer(
            address: configuration.address,
            group: group,
            methods: contracts.flatMap(\.methods)
                + GrpcHealthV1.Health.methods(of: HealthService(health))
                + ReflectionService(
                    services: contracts.map(\.schema) + [GrpcHealthV1.Health.schema],
                    files: contracts.flatMap(\.files)
                ).methods,
            configuration: settings
        )
        health.setAll(.serving)
        self.server.withLock { $0 = server }
        logger.info("administration is served", ["address": .string("\(server.boundAddress)")])
    }

    /// Stops in good order.
    ///
    /// - Parameter limit: after how long connections that are still open are reset.
    public func stop(within limit: Duration) async {
        await server.withLock { $0.take() }?.stop(within: limit * 0.9)
    }
}
