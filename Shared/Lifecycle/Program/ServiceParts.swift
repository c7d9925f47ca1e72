public import Net
public import Observe
public import RPC
public import Telemetry

/// What every service of ours has, for what it is made of to use.
public struct ServiceParts<Configuration: Configurable>: Sendable {
    /// The service's own configuration.
    public let configuration: Configuration
    /// What every service can be told.
    public let service: ServiceConfiguration
    let threads: ServiceThreads
    /// The log.
    public let logger: Logger
    /// The metrics.
    public let registry: MetricRegistry
    /// Whether the service should be sent calls.
    public let readiness: ServiceReadiness
    /// What measures, logs and traces calls.
    public let telemetry: CallTelemetry
    /// Where spans go that are not of calls, as those of jobs; nil if nobody collects them.
    public var spans: (any SpanSink)?

    /// The loops.
    public var group: EventLoopGroup { threads.group }
    /// Threads for what takes long to decode.
    public var offload: WorkerPool { threads.offload }
    /// Threads for what blocks.
    public var blocking: WorkerPool { threads.blocking }

    /// A client of another service, which connects when it is first needed.
    ///
    /// - Parameters:
    ///   - endpoint: where the other service is.
    ///   - configuration: connections, health, retries; long answers are decoded off the loops,
    ///     wherever it says.
    /// - Returns: the client, to be closed by a component of the service.
    public func client(
        of endpoint: ServiceEndpoint,
        _ configuration: RPCClientConfiguration = RPCClientConfiguration()
    ) -> RPCClient {
        var configuration = configuration
        configuration.offload = offload
        return RPCClient(
            endpoint.target(NameResolver(pool: blocking)),
            group: group,
            configuration: configuration
        )
    }
}

extension ServiceComponent {
    /// The part of a service that closes a client, after all that calls by it.
    public static func client(_ name: String, _ client: RPCClient) -> ServiceComponent {
        ServiceComponent(name) { _ in await client.close() }
    }
}
