import Crypto
import Gateway
import Lifecycle
import Net
import Platform
import Postgres
import RPC
import Tenancy
import TestContracts
import TestMessages
import Wire

/// What the program is told: what a gateway is, and where the example's service is, which goes by
/// the name of `mmm`.
struct GatewayServer: Configurable {
    private let gateway: GatewayConfiguration
    private let platform: PlatformConfiguration
    private let peppers: Secret
    private let example: ServiceEndpoint
    /// Whether anyone may call the example, for no tenant, as through a proxy that knows none.
    private let isOpen: Bool

    init(from reader: inout ConfigurationReader) {
        gateway = GatewayConfiguration(from: &reader)
        platform = PlatformConfiguration(from: &reader)
        peppers = reader.secret("key_peppers", "What API keys are hashed with.")
        example = reader.required("example_endpoint", .endpoint, "Where the example is.")
        isOpen = reader.value("open", .boolean, default: false, "Whether anyone may call it.")
    }

    func content(_ parts: ServiceParts<GatewayServer>) throws -> ServiceContent {
        guard let name = ServiceName("gateway"), let service = ServiceName("mmm"),
            let environment = APIKeyEnvironment("bench")
        else { throw CryptoError.malformed("a name of the program's own") }
        let database = try TenantDatabase(
            try platform.dsn,
            group: parts.group,
            blocking: parts.blocking,
            registry: parts.registry,
            logger: parts.logger
        )
        let ring = try KeyRing<SecretBytes>(text: peppers.revealed)
        let tenants = GatewayTenants(
            keys: APIKeyStore(
                database,
                peppers: try ring.map { secret throws(CryptoError) in AuthenticationKey(secret) },
                environment: environment
            ),
            directory: database.directory,
            issuer: ContextIssuer(name, keys: try platform.contextKeys.signing(as: name)),
            audit: AuditLog(database)
        )
        let client = parts.client(of: example)
        let files = [TestingV1.exampleFile]
        let backend = Backend(service, [TestingV1.Example.schema], files: files, channel: client)
        let content = try Gateway(
            gateway,
            for: tenants,
            backends: isOpen ? [] : [backend],
            own: isOpen ? [Self.open(client)] : [],
            offload: parts.offload,
            registry: parts.registry,
            logger: parts.logger
        )
        return content.content(
            components: [Self.component(of: database, parts), .client("example", client)]
        )
    }

    /// The example as a contract of the gateway's own, which asks nobody who they are.
    private static func open(_ client: RPCClient) -> ServedContract {
        let schema = TestingV1.Example.schema
        let methods = schema.methods.map { method in
            RPCMethod.forwarding(method, upTo: 16 << 20) { call in
                ForwardedCall(client, call.onward, passes: { _ in false })
            }
        }
        return ServedContract(schema, methods, files: [TestingV1.exampleFile])
    }

    private static func component(
        of database: TenantDatabase,
        _ parts: ServiceParts<GatewayServer>
    ) -> ServiceComponent {
        let loop = parts.group.next()
        let refreshing = Locked<Task<Void, Never>?>(nil)
        return ServiceComponent("tenants") {
            try await database.directory.refresh()
            let task = Task { await database.directory.run(on: loop) }
            refreshing.withLock { $0 = task }
        } stop: { _ in
            let task = refreshing.withLock { $0 }
            task?.cancel()
            await task?.value
            await database.close()
        }
    }
}
