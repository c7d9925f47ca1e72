import Crypto
import Foundation
import Net
import RPC
import Schema
import Tenancy
import TestContracts
import TestExample
import TestKit
import TestMessages
import TestTenants
import Testing
import Wire

/// The example behind the gateway, each in processes of its own, with two tenants on a database of
/// its own.
final class ExamplePlatform: Sendable {
    let fixture: SchemaFixture
    let tenants: [TenantID]
    private let database: TenantDatabase
    private let keys: APIKeyStore

    static let scopes = [
        "control:read", "items:read", "items:write", "jobs:read", "jobs:write",
    ]
    static let secret = "1:" + String(repeating: "A", count: 43)

    /// A database of the example; processes are started one by one.
    convenience init(on postgres: PrivatePostgres? = nil) async throws {
        let example = try MigrationSet(ExampleMigrations.area, ExampleMigrations.files)
        try await self.init(services: [example], on: postgres)
    }

    /// A database with the schemas of services.
    init(services: [MigrationSet], on postgres: PrivatePostgres? = nil) async throws {
        fixture = try await SchemaFixture(services: services, on: postgres)
        tenants = [try await fixture.tenant("acme"), try await fixture.tenant("zebra")]
        database = try await fixture.service("gateway")
        let peppers = try KeyRing<SecretBytes>(text: Self.secret)
        keys = APIKeyStore(
            database,
            peppers: try peppers.map { secret throws(CryptoError) in AuthenticationKey(secret) },
            environment: try #require(APIKeyEnvironment("live"))
        )
    }

    /// A new key of a tenant.
    func key(of place: Int = 0, for scopes: [String] = scopes) async throws -> String {
        try await key(of: tenants[place], for: scopes)
    }

    /// A new key of a tenant.
    func key(of tenant: TenantID, for scopes: [String]) async throws -> String {
        try await keys.create(
            for: [tenant],
            scopes: try #require(ScopeSet(scopes.compactMap { Scope($0) })),
            by: try #require(Actor(.user, "tester")),
            before: SchemaFixture.soon
        ).reveal()
    }

    /// What `psql` answers in a tenant's schema.
    func lines(_ sql: String, of place: Int = 0) async throws -> [String] {
        try await fixture.lines("set search_path = \(tenants[place].schemaName); \(sql)")
    }

    func close() async { await database.close() }

    // MARK: Processes

    /// Starts an instance of the example, or of a service of the product, which is ready then.
    ///
    /// - Parameters:
    ///   - address: where; by default wherever it may.
    ///   - program: what is started.
    ///   - service: whose login and keys it has.
    ///   - more: what it is told besides.
    /// - Returns: the process.
    /// - Throws: an error if it ends before it is ready.
    func service(
        at address: String = "127.0.0.1:0",
        _ program: String = "example-service",
        as service: String = "mmm",
        telling more: [String: String] = [:]
    ) async throws -> ServerProcess {
        let process = try ServerProcess(
            program,
            [],
            more.merging([
                "SEXTANT_LISTEN_ADDRESS": address,
                "SEXTANT_POSTGRES_DSN": fixture.database.dsn(user: "svc_\(service)"),
                "SEXTANT_CONTEXT_KEYS": "gateway \(service) \(Self.secret)",
            ]) { own, _ in own }.merging(ServerProcess.atAnyPorts) { own, _ in own }
        )
        try await process.readiness(is: #"{"ready":true,"#)
        return process
    }

    /// Starts a gateway, which is ready then.
    ///
    /// - Parameters:
    ///   - endpoint: where instances of the service are.
    ///   - address: where it listens; by default wherever it may.
    ///   - program: what is started.
    ///   - service: the service.
    ///   - more: what it is told besides.
    /// - Returns: the process.
    /// - Throws: an error if it ends before it is ready.
    func gateway(
        before endpoint: String,
        at address: String = "127.0.0.1:0",
        _ program: String = "example-gateway",
        of service: String = "mmm",
        telling more: [String: String] = [:]
    ) async throws -> ServerProcess {
        let process = try start(program, before: endpoint, at: address, of: service, more)
        try await process.readiness(is: #"{"ready":true,"#)
        return process
    }

    /// Starts a gateway, which may not be ready yet.
    func start(
        _ program: String = "example-gateway",
        before endpoint: String,
        at address: String = "127.0.0.1:0",
        of service: String = "mmm",
        _ more: [String: String] = [:]
    ) throws -> ServerProcess {
        try ServerProcess(
            program,
            [],
            more.merging([
                "SEXTANT_LISTEN_ADDRESS": address,
                "SEXTANT_POSTGRES_DSN": fixture.database.dsn(user: "svc_gateway"),
                "SEXTANT_CONTEXT_KEYS": "gateway \(service) \(Self.secret)",
                "SEXTANT_KEY_PEPPERS": Self.secret,
                "SEXTANT_QUOTA_CALLS": "1000000000",
                "SEXTANT_\(service.uppercased())_ENDPOINT": endpoint,
            ]) { own, _ in own }.merging(ServerProcess.atAnyPorts) { own, _ in own }
        )
    }
}

/// Requests of REST by curl.
struct CurlCalls {
    let address: String
    let key: String

    /// The body of an answer, whatever its status.
    func text(_ verb: String, _ path: String, _ json: String? = nil) async throws -> String {
        var command = [
            "curl", "--silent", "--show-error", "--http2-prior-knowledge", "--max-time", "60",
            "--request", verb, "--header", "authorization: Bearer \(key)",
        ]
        if let json { command += ["--json", json] }
        let output = try await OutsideProgram.run(command + ["http://\(address)\(path)"])
        guard output.status == 0 else { throw Failure(errors: output.errors) }
        return output.text
    }

    /// An object of JSON.
    func object(_ verb: String, _ path: String, _ json: String? = nil) async throws -> [String: Any]
    {
        let text = try await text(verb, path, json)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return object as? [String: Any] ?? [:]
    }

    struct Failure: Error {
        let errors: String
    }
}
