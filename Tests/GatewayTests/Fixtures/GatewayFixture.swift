import Contracts
import Crypto
import HTTP2
import Lifecycle
import Messages
import Net
import RPC
import Telemetry
import Tenancy
import TestContracts
import TestMessages
import TestTenants
import Testing
import Wire

@testable import Gateway
@testable import Observe

/// A gateway before the example, which serves two tenants, on sockets all of them.
final class GatewayFixture: Sendable {
    /// The service behind it, and its tenants.
    let served: ServedTenants
    /// The keys that callers have.
    let keys: APIKeyStore
    let audit: AuditLog
    let registry = MetricRegistry()
    let server: RPCServer
    private let database: TenantDatabase
    private let backend: RPCClient
    /// Where long messages are translated.
    let offload: WorkerPool
    private let clients: EventLoopGroup

    /// One that most tests share.
    static let shared = Task { try await GatewayFixture() }

    /// A gateway, told settings by keys in upper case, which believes the service to be at a
    /// target, or knows where it is, and refuses at a pace.
    init(
        _ settings: [String: String] = [:],
        backend target: RPCTarget? = nil,
        pace: RefusalPace = RefusalPace()
    ) async throws {
        served = try await ServedTenants(.example(showsJobs: false))
        database = try await served.fixture.service("gateway")
        let environment = try #require(APIKeyEnvironment("test"))
        keys = APIKeyStore(
            database,
            peppers: try ServedTenants.freshKeys(),
            environment: environment
        )
        audit = AuditLog(database)
        clients = try EventLoopGroup(count: 1)
        offload = try WorkerPool(name: "offload", threads: 1, maximumQueued: 64)
        let group = served.fixture.group
        let target =
            target ?? RPCTarget(addresses: [served.address], authority: "example.test")
        backend = RPCClient(target, group: group)
        let configuration = try GatewayConfiguration.load(
            from: ConfigurationSources(
                environment: Dictionary(
                    uniqueKeysWithValues: settings.map { ("SEXTANT_" + $0, $1) }
                )
            )
        ).value
        let gateway = try Gateway(
            configuration,
            for: GatewayTenants(
                keys: keys,
                directory: database.directory,
                issuer: served.issuer,
                audit: audit
            ),
            backends: [
                Backend(
                    served.api.service,
                    served.api.contracts,
                    files: [TestingV1.exampleFile],
                    channel: backend
                )
            ],
            own: Self.own(served, backend, registry),
            offload: offload,
            registry: registry,
            logger: served.fixture.logger,
            pace: pace
        )
        server = try Self.serve(gateway.content(components: []), group, registry, served, offload)
    }

    /// What the gateway serves itself.
    private static func own(
        _ served: ServedTenants,
        _ backend: any RPCChannel,
        _ registry: MetricRegistry
    ) -> [ServedContract] {
        let control = ControlService(
            PlatformCalls(
                [Backend(served.api.service, [], files: [], channel: backend)],
                issuer: served.issuer,
                breakers: CircuitBreakers(registry: registry, logger: served.fixture.logger)
            )
        )
        return [
            ServedContract(
                ControlV1.Control.schema,
                ControlV1.Control.methods(of: control),
                files: [ControlV1.controlFile, JobsV1.jobsFile]
            )
        ]
    }

    /// Serves content as a service's front does.
    private static func serve(
        _ content: ServiceContent,
        _ group: EventLoopGroup,
        _ registry: MetricRegistry,
        _ served: ServedTenants,
        _ offload: WorkerPool
    ) throws -> RPCServer {
        var configuration = RPCServerConfiguration()
        configuration.offload = offload
        configuration.interceptors = content.interceptors
        configuration.errorMapping = content.errorMapping
        content.configure(&configuration)
        let telemetry = CallTelemetry(
            registry: registry,
            logger: served.fixture.logger,
            sampler: TraceSampler(ratio: 1)
        )
        telemetry.watch(&configuration)
        let reflection = ReflectionService(
            services: content.contracts.map(\.schema),
            files: content.contracts.flatMap(\.files)
        )
        return try RPCServer(
            address: .loopback(port: 0),
            group: group,
            methods: content.contracts.flatMap(\.methods) + reflection.methods,
            configuration: configuration
        )
    }

    /// Ends everything.
    func stop() async {
        await server.stop(within: .seconds(10))
        await backend.close()
        await served.stop()
        await database.close()
        clients.stop()
        offload.stop()
    }

    /// Has the gateway know what has become of tenants.
    func refreshDirectory() async throws { try await database.directory.refresh() }

    /// Where it listens, as `127.0.0.1:1234`.
    var address: String { "\(server.boundAddress)" }

    // MARK: Keys

    /// All scopes of the example.
    static let scopes = ["items:read", "items:write", "jobs:read", "jobs:write"]

    /// A new key.
    func key(
        for members: [Int] = [0],
        scopes: [String] = scopes,
        use: APIKeyRecord.Use = .server,
        expiresAt: UTCTimestamp? = nil
    ) async throws -> APIKey {
        try await keys.create(
            for: members.map { served.members[$0].id },
            scopes: try #require(ScopeSet(scopes.compactMap { Scope($0) })),
            use: use,
            expiresAt: expiresAt,
            by: try #require(Actor(.user, "tester")),
            before: .now.advanced(by: .seconds(60))
        )
    }

    // MARK: Requests

    /// An answer of HTTP.
    struct HTTPAnswer {
        let status: Int
        let headers: HeaderBlock
        let body: [UInt8]
        let trailers: HeaderBlock?

        var text: String { String(decoding: body, as: UTF8.self) }
        subscript(name: String) -> String? { headers[name] }
    }

    /// Makes a request on a connection of its own; a key is one of the fields.
    func request(
        _ verb: String,
        _ path: String,
        _ fields: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> HTTPAnswer {
        var headers: HeaderBlock = [
            ":method": verb, ":scheme": "http", ":path": path, ":authority": "gateway.test",
        ]
        for (name, value) in fields { headers.append(name, value) }
        let client = try await HTTP2Client.connect(
            to: [server.boundAddress],
            on: clients.next()
        )
        let response: HTTP2Response
        do {
            response = try await client.request(
                headers,
                body: body.map { SharedBytes($0) },
                upTo: 64 << 20
            )
        } catch {
            await client.close()
            throw error
        }
        await client.close()
        return HTTPAnswer(
            status: response.headers[":status"].flatMap { Int($0) } ?? 0,
            headers: response.headers,
            body: Array(copying: response.body.bytes),
            trailers: response.trailers
        )
    }

    /// A connection for many requests.
    func connect() async throws -> HTTP2Client {
        try await HTTP2Client.connect(to: [server.boundAddress], on: clients.next())
    }

    /// Reads an answer until it is as wanted, and lets go of it.
    func firstBytes(
        _ client: HTTP2Client,
        _ fields: HeaderBlock,
        until isWanted: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        try await withTaskExecutorPreference(client.loop) {
            guard await client.loop.arrive() else { throw HTTP2ExchangeError.connectionLost }
            let exchange = try client.begin(fields, endsStream: true)
            var text = ""
            while !isWanted(text), let part = try await exchange.nextPart() {
                text += String(repairing: part.bytes)
            }
            exchange.reset(.cancel)
            return text
        }
    }

    /// Makes a request of REST with a key and a body of JSON.
    func rest(
        _ verb: String,
        _ path: String,
        _ key: APIKey?,
        _ json: String? = nil,
        _ more: [(String, String)] = []
    ) async throws -> HTTPAnswer {
        var fields = more
        if let key { fields.append(("authorization", "Bearer \(key.reveal())")) }
        if json != nil { fields.append(("content-type", "application/json")) }
        return try await request(verb, path, fields, body: json.map { Array($0.utf8) })
    }
}
