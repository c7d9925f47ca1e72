public import Lifecycle
public import Net
internal import RPC
public import Telemetry
internal import Tenancy
internal import Wire

/// The front door: one listener that speaks gRPC, gRPC-Web, Connect and REST, and behind it the
/// methods of all services and those of its own.
///
/// Whatever a request speaks becomes a call of gRPC first (``Translator``). The call is known by
/// its method: it must carry a credential that may call it and has quota left (``AccessControl``),
/// and then goes on to the service that has the method, in the name of the tenant, or is served
/// here.
public struct Gateway: Sendable {
    private let content: ServiceContent

    /// Puts a gateway together.
    ///
    /// - Parameters:
    ///   - configuration: what it may be told.
    ///   - tenants: who may call, and for whom.
    ///   - backends: the services behind it; no two have a method or a route in common.
    ///   - own: what it serves itself; a method without a credential is called for no tenant.
    ///   - offload: where long bodies are translated; nil if that is the loop.
    ///   - registry: where refusals are counted; once for each registry.
    ///   - logger: where they are logged.
    /// - Throws: ``RouteFault`` if two methods have one route; ``DocumentationPages/Fault`` if
    ///   Swagger UI's files cannot be read.
    public init(
        _ configuration: GatewayConfiguration,
        for tenants: GatewayTenants,
        backends: [Backend],
        own: [ServedContract] = [],
        offload: WorkerPool?,
        registry: MetricRegistry,
        logger: Logger
    ) throws {
        try self.init(
            configuration,
            for: tenants,
            backends: backends,
            own: own,
            offload: offload,
            registry: registry,
            logger: logger,
            pace: RefusalPace()
        )
    }

    /// Puts a gateway together that refuses at a pace of its own, for tests.
    init(
        _ configuration: GatewayConfiguration,
        for tenants: GatewayTenants,
        backends: [Backend],
        own: [ServedContract],
        offload: WorkerPool?,
        registry: MetricRegistry,
        logger: Logger,
        pace: RefusalPace
    ) throws {
        let reads = ReadCache(
            upTo: configuration.reads.memory,
            for: configuration.reads.lifetime,
            registry: registry
        )
        let forwarding = Forwarding(tenants.issuer, reads, configuration)
        var contracts = own
        for backend in backends {
            for schema in backend.contracts {
                let methods = schema.methods.map { forwarding.method($0, of: backend) }
                contracts.append(ServedContract(schema, methods, files: backend.files))
            }
        }
        let schemas = contracts.flatMap(\.schema.methods)
        let translator = Translator(
            try RouteTable(schemas),
            schemas,
            try DocumentationPages(swaggerUI: configuration.documentationFolder),
            configuration,
            offload: offload,
            refusals: Refusals(registry, logger)
        )
        let accounts = TenantAccounts(limit: configuration.tenantMemory)
        var content = ServiceContent(contracts)
        content.interceptors = [
            AccessControl(
                configuration,
                tenants,
                accounts,
                reads,
                pace,
                own: Set(own.flatMap(\.schema.methods).map(\.path)),
                logger: logger
            )
        ]
        content.configure = { server in
            server.translator = { translator.exchange(for: $0) }
            server.limits.request = configuration.largestBody
            accounts.open(within: server.http2.budget)
        }
        self.content = content
    }

    /// The gateway as a program of ours runs it.
    ///
    /// - Parameter components: what must work before it can serve, as its clients of services.
    /// - Returns: the content of a ``Lifecycle/ServiceProgram``.
    public func content(components: [ServiceComponent]) -> ServiceContent {
        var content = content
        content.components = components
        return content
    }
}
