internal import Net
internal import Observe
internal import RPC
internal import Telemetry

/// Where the spans of a service go, if it has been told of a collector.
struct SpanOutput {
    let exporter: SpanExporter
    private let client: RPCClient

    init?(
        _ identity: ServiceIdentity,
        _ process: ProcessConfiguration,
        _ group: EventLoopGroup,
        _ blocking: WorkerPool,
        _ registry: MetricRegistry,
        _ logger: Logger
    ) {
        guard let collector = process.collector else { return nil }
        var configuration = RPCClientConfiguration()
        configuration.connectionsPerLoop = 1
        client = RPCClient(
            collector.target(NameResolver(pool: blocking)),
            group: group,
            configuration: configuration
        )
        exporter = SpanExporter(
            resource: TelemetryResource(
                service: identity.name,
                version: identity.version,
                instance: process.instance,
                environment: process.environment
            ),
            transport: OTLPTransport(client),
            scheduler: LoopScheduler(group.next()),
            registry: registry,
            logger: logger
        )
    }

    /// The part of the service that sends what is left when all that makes spans has stopped.
    var component: ServiceComponent {
        ServiceComponent("spans", stopLimit: .seconds(5)) { limit in
            // The connection has its part of the time.
            await exporter.stop(within: limit * 0.8)
            await client.close()
        }
    }
}
