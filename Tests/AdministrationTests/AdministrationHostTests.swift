import Administration
import Contracts
import Foundation
import Messages
import Net
import Observe
import RPC
import Schema
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@testable import Lifecycle

@Suite("A process that administers", .timeLimit(.minutes(5)))
struct AdministrationHostTests {
    private func parts(_ logger: Logger) throws -> ServiceParts<NoConfiguration> {
        let sources = ConfigurationSources(environment: [:])
        let registry = MetricRegistry()
        return ServiceParts(
            configuration: try NoConfiguration.load(from: sources).value,
            service: try ServiceConfiguration.load(from: sources).value,
            threads: try ServiceThreads(loops: 1),
            logger: logger,
            registry: registry,
            readiness: ServiceReadiness(),
            telemetry: CallTelemetry(
                registry: registry,
                logger: logger,
                sampler: TraceSampler(ratio: 0)
            )
        )
    }

    private func components(
        _ environment: [String: String],
        _ parts: ServiceParts<NoConfiguration>
    ) throws -> [ServiceComponent] {
        try Administration.components(
            try AdministrationConfiguration.load(
                from: ConfigurationSources(environment: environment)
            ).value,
            plan: try MigrationPlan(services: []),
            pages: PageTokens(try .ephemeral()),
            of: parts
        )
    }

    @Test("does so on a socket of its own if it is given the login migrator, and else not")
    func components() async throws {
        let fixture = try await SchemaFixture()
        let parts = try parts(fixture.logger)
        #expect(try components([:], parts).isEmpty)

        let path = NSTemporaryDirectory() + "sextant-admin-" + UUID().uuidString
        let token = OperatorTokens.random()
        let operators = try TemporaryFile("root \(token)")
        defer { operators.remove() }
        let hosted = try components(
            [
                "SEXTANT_ADDRESS": "unix:\(path)",
                "SEXTANT_MIGRATOR_DSN": fixture.database.dsn(user: "migrator"),
                "SEXTANT_OPERATORS_FILE": operators.path,
            ],
            parts
        )
        #expect(hosted.map(\.name) == ["migrator", "administration"])
        for component in hosted { try await component.start() }
        let connection = try await RPCConnection.connect(
            to: [.unix(path: path)],
            on: parts.group.next(),
            authority: "administration.test"
        )
        let channel = OperatorChannel(connection, token: token)
        var create = AdminV1.CreateTenantRequest()
        create.slug = "acme"
        let made = try await AdminV1.Tenants.Client(channel).createTenant(create).message.value()
        #expect(made.slug == "acme")
        // Whoever may not call finds out what there is, as at every service of ours.
        let health = GrpcHealthV1.Health.Client(connection)
        var check = GrpcHealthV1.HealthCheckRequest()
        check.service = AdminV1.Tenants.schema.fullName
        #expect(try await health.check(check).message.value().status == .serving)
        await connection.close()
        for component in hosted.reversed() { try await component.stop(.seconds(10)) }
        parts.threads.stop()
    }
}
