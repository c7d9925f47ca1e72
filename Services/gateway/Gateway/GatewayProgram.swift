internal import Administration
internal import Contracts
internal import Crypto
public import Lifecycle
internal import Messages
internal import Net
internal import Platform
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy

/// What the gateway's program is told of the platform, beside ``GatewayConfiguration``.
public struct GatewayProgram: Configurable {
    private let gateway: GatewayConfiguration
    private let platform: PlatformConfiguration
    private let peppers: Secret
    private let environment: String
    private let administration: AdministrationConfiguration
    private let endpoints: [(name: String, endpoint: ServiceEndpoint)]

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        gateway = GatewayConfiguration(from: &reader)
        platform = PlatformConfiguration(from: &reader)
        peppers = reader.secret(
            "key_peppers",
            "What API keys are hashed with: `number:secret,…`, the current one first."
        )
        environment = reader.value(
            "key_environment",
            .string(bytes: 1...12),
            default: "live",
            "Which installation API keys are for: the second part of their text."
        )
        administration = reader.section("administration")
        var endpoints: [(name: String, endpoint: ServiceEndpoint)] = []
        for name in ServiceGraph.areas {
            let endpoint = reader.optional(
                "\(name)_endpoint",
                .endpoint,
                "Where the \(name) service is; without it the gateway does not stand before it."
            )
            if let endpoint { endpoints.append((name, endpoint)) }
        }
        self.endpoints = endpoints
    }
}

extension GatewayProgram {
    /// What the gateway consists of.
    ///
    /// - Parameters:
    ///   - parts: what it has as every service has.
    ///   - offers: what services offer to tenants, by their names.
    /// - Returns: the content of its program.
    /// - Throws: whatever a secret cannot be read for.
    func content(
        _ parts: ServiceParts<GatewayProgram>,
        offering offers: [String: ServiceOffer]
    ) throws -> ServiceContent {
        let database = try TenantDatabase(
            try platform.dsn,
            group: parts.group,
            blocking: parts.blocking,
            configuration: platform.pools,
            registry: parts.registry,
            logger: parts.logger
        )
        let watch = PlatformWatch(
            database,
            on: parts.group.next(),
            condition: parts.readiness.addCondition("platform", reason: "not asked yet"),
            logger: parts.logger
        )
        let clients = endpoints.map { name, endpoint in
            (name: name, client: parts.client(of: endpoint, Self.calling))
        }
        let backends = clients.compactMap { name, client in
            ServiceName(name).map { service in
                let offer = offers[name] ?? ServiceOffer([], files: [])
                return Backend(
                    service,
                    offer.contracts,
                    files: offer.files,
                    channel: client,
                    hasJobs: true
                )
            }
        }
        let tenants = try tenants(of: database, calling: backends.map(\.service))
        let content = try Gateway(
            gateway,
            for: tenants,
            backends: backends,
            own: Self.own(backends, tenants, parts),
            offload: parts.offload,
            registry: parts.registry,
            logger: parts.logger
        )
        return content.content(
            components: [watch.component()]
                + (try administrationComponents(tenants, parts))
                + clients.map { .client($0.name, $0.client) }
        )
    }

    /// How services are called: the gateway is the first hop, which makes calls again that may be.
    private static var calling: RPCClientConfiguration {
        var configuration = RPCClientConfiguration()
        configuration.retries = RetryPolicy()
        // Whoever restarts a service does not wait for minutes until it is asked again.
        configuration.longestBackoff = .seconds(5)
        return configuration
    }

    /// Where tenants are made and ended, if the process is given the login for it.
    private func administrationComponents(
        _ tenants: GatewayTenants,
        _ parts: ServiceParts<GatewayProgram>
    ) throws -> [ServiceComponent] {
        try Administration.components(
            administration,
            plan: Release.migrations(),
            gateway: .init(keys: tenants.keys, audit: tenants.audit),
            pages: PageTokens(of: "administration", from: pepperSecrets),
            of: parts
        )
    }

    /// What the gateway makes of the answers of several services.
    private static func own(
        _ backends: [Backend],
        _ tenants: GatewayTenants,
        _ parts: ServiceParts<GatewayProgram>
    ) -> [ServedContract] {
        let breakers = CircuitBreakers(registry: parts.registry, logger: parts.logger)
        let platform = PlatformCalls(backends, issuer: tenants.issuer, breakers: breakers)
        let control = ControlService(platform)
        let overview = OverviewService(platform)
        let operations = OperationsService(
            backends,
            issuer: tenants.issuer,
            breakers: breakers,
            timeout: parts.configuration.gateway.timeout
        )
        return [
            ServedContract(
                ControlV1.Control.schema,
                ControlV1.Control.methods(of: control),
                files: [ControlV1.controlFile, JobsV1.jobsFile]
            ),
            ServedContract(
                ControlV1.Overviews.schema,
                ControlV1.Overviews.methods(of: overview),
                files: [ControlV1.overviewFile, ControlV1.controlFile, JobsV1.jobsFile]
            ),
            ServedContract(
                OperationsV1.Operations.schema,
                OperationsV1.Operations.methods(of: operations),
                files: [OperationsV1.operationsFile]
            ),
        ]
    }

    private func tenants(
        of database: TenantDatabase,
        calling services: [ServiceName]
    ) throws -> GatewayTenants {
        guard let name = ServiceName(ServiceGraph.gateway),
            let installation = APIKeyEnvironment(environment)
        else { throw CryptoError.malformed("key_environment is no word of a-z and 0-9") }
        let keys = try platform.contextKeys.signing(as: name)
        if let service = services.first(where: { keys[$0] == nil }) {
            throw CryptoError.malformed("context_keys has no pair '\(name) \(service)'")
        }
        let peppers = try pepperSecrets.map { secret throws(CryptoError) in
            AuthenticationKey(secret)
        }
        return GatewayTenants(
            keys: APIKeyStore(
                database,
                peppers: peppers,
                environment: installation
            ),
            directory: database.directory,
            issuer: ContextIssuer(name, keys: keys),
            audit: AuditLog(database)
        )
    }

    /// What API keys are hashed with, before it is bound to that.
    private var pepperSecrets: KeyRing<SecretBytes> {
        get throws(CryptoError) { try KeyRing<SecretBytes>(text: peppers.revealed) }
    }
}
