import Administration
import Crypto
import Foundation
import Jobs
import Lifecycle
import Messages
import Net
import RPC
import Schema
import Telemetry
import Tenancy
import TestExample
import TestKit
import TestTenants
import Testing

/// The administration of a database of its own, served on a socket with all logins, or some.
final class ServedAdministration: Sendable {
    let fixture: SchemaFixture
    let gateway: TenantDatabase
    let service: TenantDatabase
    let keys: APIKeyStore
    let queue: JobQueue
    let registry = MetricRegistry()
    let listener: AdministrationListener
    private let connection: RPCConnection

    /// Whose tokens the file has: of all of administration, and of reading alone.
    static let token = OperatorTokens.random()
    static let readersToken = OperatorTokens.random()

    init(hasOtherLogins: Bool = true) async throws {
        fixture = try await SchemaFixture(
            services: [try MigrationSet(ExampleMigrations.area, ExampleMigrations.files)]
        )
        gateway = try await fixture.service("gateway")
        service = try await fixture.service("mmm")
        keys = APIKeyStore(
            gateway,
            peppers: try .ephemeral(),
            environment: try #require(APIKeyEnvironment("test"))
        )
        queue = JobQueue(
            service,
            on: fixture.group.next(),
            registry: MetricRegistry(),
            logger: fixture.logger
        )
        var logins = AdministrationLogins(fixture.migrator)
        if hasOtherLogins {
            logins.gateway = .init(keys: keys, audit: AuditLog(gateway))
            logins.jobs = .init(service, queue)
        }
        let operators = try TemporaryFile(
            "root \(Self.token)\nreader \(Self.readersToken) admin:read\n"
        )
        // Read as the listener starts, and no more.
        defer { operators.remove() }
        listener = AdministrationListener(
            try Self.configuration(operators: operators),
            Administration.contracts(logins, pages: PageTokens(try .ephemeral())),
            group: fixture.group,
            blocking: fixture.blocking,
            registry: registry,
            logger: fixture.logger
        )
        try await listener.start()
        connection = try await RPCConnection.connect(
            to: [try #require(listener.boundAddress)],
            on: fixture.group.next(),
            authority: "administration.test"
        )
    }

    /// A configuration with a file of operators.
    static func configuration(operators: TemporaryFile) throws -> AdministrationConfiguration {
        try AdministrationConfiguration.load(
            from: ConfigurationSources(
                environment: [
                    "SEXTANT_ADDRESS": "127.0.0.1:0", "SEXTANT_MIGRATOR_DSN": "dbname=x",
                    "SEXTANT_OPERATORS_FILE": operators.path,
                ]
            )
        ).value
    }

    /// A channel that carries no token.
    var bare: any RPCChannel { connection }

    /// A channel of the operator who may do everything.
    var channel: OperatorChannel { OperatorChannel(connection, token: Self.token) }

    /// A channel of one who may read.
    var readersChannel: OperatorChannel { OperatorChannel(connection, token: Self.readersToken) }

    /// A new tenant.
    func tenant(_ slug: String) async throws -> TenantID {
        let tenant = try await fixture.tenant(slug)
        try await service.directory.refresh()
        return tenant
    }

    func stop() async {
        await connection.close()
        await listener.stop(within: .seconds(10))
        await gateway.close()
        await service.close()
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
