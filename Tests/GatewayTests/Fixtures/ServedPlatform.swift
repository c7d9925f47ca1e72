import Contracts
import Crypto
import Gateway
import Jobs
import Messages
import Net
import RPC
import Schema
import Telemetry
import Tenancy
import TestContracts
import TestExample
import TestKit
import TestMessages
import TestTenants
import Testing
import Wire

/// The gateway's own contracts before services: `mmm`, which is the example with its jobs, and
/// others as a test wishes.
final class ServedPlatform: Sendable {
    /// The service that does jobs, and its tenants.
    let mmm: ServedTenants
    /// What the gateway counts.
    let registry = MetricRegistry()
    private let group: EventLoopGroup
    private let issuer: ContextIssuer
    private let server: RPCServer
    private let connection: RPCConnection
    private let others: [RPCServer]
    private let connections: [RPCConnection]

    /// A service beside `mmm`: what it is called, and how it answers when asked for its health.
    struct Other {
        let name: String
        let health: any GrpcHealthV1.Health.Service
        /// Whether it has gone after the gateway has connected.
        var isGone = false
        /// Whether it has jobs, and never says anything of them.
        var hangsJobs = false
        /// What else it serves.
        var methods: [RPCMethod] = []
    }

    init(
        _ others: [Other] = [],
        besides methods: [RPCMethod] = [],
        timeout: Duration = .seconds(60)
    ) async throws {
        mmm = try await ServedTenants(try Self.api(besides: methods))
        group = try EventLoopGroup(count: 1)
        let gateway = try #require(ServiceName("gateway"))
        var keys: ContextKeys = [mmm.api.service: mmm.keys]
        var services = [
            Backend(
                mmm.api.service,
                [],
                files: [],
                channel: try await RPCConnection.connect(
                    to: [mmm.address],
                    on: group.next(),
                    authority: "mmm.test"
                ),
                hasJobs: true
            )
        ]
        var (servers, connections): ([RPCServer], [RPCConnection]) = ([], [])
        for other in others {
            let name = try #require(ServiceName(other.name))
            keys[name] = try .ephemeral()
            let server = try RPCServer(
                address: .loopback(port: 0),
                group: group,
                methods: Self.methods(of: other.health)
                    + (other.hangsJobs ? Self.hangingJobs : []) + other.methods
            )
            let connection = try await RPCConnection.connect(
                to: [server.boundAddress],
                on: group.next(),
                authority: "\(name).test"
            )
            if other.isGone { await server.stop(within: .zero) } else { servers.append(server) }
            connections.append(connection)
            services.append(
                Backend(name, [], files: [], channel: connection, hasJobs: other.hangsJobs)
            )
        }
        self.others = servers
        self.connections = connections
        // The gateway before itself: in its stead a test vouches for who calls.
        let ring = try KeyRing<AuthenticationKey>.ephemeral()
        issuer = ContextIssuer(gateway, keys: [gateway: ring])
        server = try Self.gateway(
            services,
            ContextIssuer(gateway, keys: keys),
            ContextVerifier(gateway, keys: [gateway: ring]),
            group: group,
            registry,
            mmm.fixture.logger,
            timeout
        )
        connection = try await RPCConnection.connect(
            to: [server.boundAddress],
            on: group.next(),
            authority: "gateway.test"
        )
    }

    private static func methods(of service: some GrpcHealthV1.Health.Service) -> [RPCMethod] {
        GrpcHealthV1.Health.methods(of: service)
    }

    /// Methods of jobs that take whatever is asked, and never answer.
    private static var hangingJobs: [RPCMethod] {
        JobsV1.Jobs.schema.methods.map { schema in
            .serverStreaming(schema) {
                (
                    _: Message<GrpcHealthV1.HealthListRequest.View>,
                    _: ResponseStream<GrpcHealthV1.HealthCheckResponse>,
                    call: ServerCall
                ) in
                try await call.loop.sleep(for: .seconds(3_600))
            }
        }
    }

    private static func gateway(
        _ services: [Backend],
        _ issuer: ContextIssuer,
        _ verifier: ContextVerifier,
        group: EventLoopGroup,
        _ registry: MetricRegistry,
        _ logger: Logger,
        _ timeout: Duration
    ) throws -> RPCServer {
        let breakers = CircuitBreakers(registry: registry, logger: logger)
        let platform = PlatformCalls(
            services,
            issuer: issuer,
            breakers: breakers,
            timeout: timeout
        )
        let operations = OperationsService(
            services,
            issuer: issuer,
            breakers: breakers,
            timeout: timeout
        )
        var configuration = RPCServerConfiguration()
        configuration.guards = [
            OpenGuard(TenantGuard(verifier, registry: registry, logger: logger))
        ]
        return try RPCServer(
            address: .loopback(port: 0),
            group: group,
            methods: ControlV1.Control.methods(of: ControlService(platform))
                + ControlV1.Overviews.methods(of: OverviewService(platform))
                + OperationsV1.Operations.methods(of: operations),
            configuration: configuration
        )
    }

    /// Lets methods pass that are for everyone, as the gateway does.
    private struct OpenGuard: ServerGuard {
        let inner: TenantGuard

        init(_ inner: TenantGuard) { self.inner = inner }

        func admit(_ call: ServerCall) throws {
            if call.method.schema.access != .anonymous { try inner.admit(call) }
        }
    }

    /// The example, which shows its jobs, and says that it serves; and what else a test wishes.
    private static func api(besides others: [RPCMethod]) throws -> TenantAPI {
        try .example(besides: methods(of: HealthService.being(.serving)) + others)
    }

    /// A channel to the gateway, for one of the tenants.
    func channel(
        _ place: Int,
        scopes: String = "control:read jobs:read jobs:write"
    ) throws -> TenantChannel {
        let context = TenantContext(
            tenant: mmm.members[place].id,
            actor: try #require(Actor(.user, "42")),
            scopes: try #require(ScopeSet(text: scopes))
        )
        return TenantChannel(connection, to: try issuerName, by: issuer, for: context)
    }

    private var issuerName: ServiceName {
        get throws { try #require(ServiceName("gateway")) }
    }

    /// A channel to the gateway that says nothing of a tenant.
    var bare: any RPCChannel { connection }

    /// Calls the example itself, for one of the tenants.
    func example(_ place: Int) throws -> TestingV1.Example.Client {
        TestingV1.Example.Client(try mmm.channel(mmm.members[place]))
    }

    /// Calls the example's jobs, for one of the tenants.
    func jobs(_ place: Int) throws -> JobsV1.Jobs.Client {
        JobsV1.Jobs.Client(try mmm.channel(mmm.members[place]))
    }

    func stop() async {
        await connection.close()
        await server.stop(within: .seconds(10))
        for connection in connections { await connection.close() }
        for server in others { await server.stop(within: .seconds(10)) }
        await mmm.stop()
        group.stop()
    }
}

/// A service that never says how it is.
struct HangingHealth: GrpcHealthV1.Health.Service {
    func check(
        _ request: Message<GrpcHealthV1.HealthCheckRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<GrpcHealthV1.HealthCheckResponse> {
        try await call.loop.sleep(for: .seconds(3_600))
        throw RPCError(.internalError, "an hour is over")
    }

    func list(
        _ request: Message<GrpcHealthV1.HealthListRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<GrpcHealthV1.HealthListResponse> {
        throw RPCError(.unimplemented, "nobody asks")
    }

    func watch(
        _ request: Message<GrpcHealthV1.HealthCheckRequest.View>,
        _ responses: ResponseStream<GrpcHealthV1.HealthCheckResponse>,
        _ call: ServerCall
    ) async throws {
        throw RPCError(.unimplemented, "nobody asks")
    }
}

extension HealthService {
    /// A service that says of itself how it is.
    static func being(_ status: HealthRegistry.Status) -> HealthService {
        let registry = HealthRegistry(services: [])
        registry.setAll(status)
        return HealthService(registry)
    }
}

extension TestingV1.StartExportRequest {
    /// Asks for an export, by a key that is its title.
    static func titled(_ title: String) -> Self {
        var request = Self()
        request.title = title
        request.idempotencyKey = title
        return request
    }
}

/// What a call is refused with, as `NOT_FOUND: …`; a call that goes well is an issue.
func refusal(
    _ body: () async throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
) async -> String {
    let error = await #expect(throws: RPCError.self, sourceLocation: sourceLocation) {
        try await body()
    }
    return error.map { "\($0)" } ?? ""
}
