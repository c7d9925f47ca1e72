import Foundation
import Platform
import Schema
import TestKit
import TestTenants
import Testing

@Suite("The services as programs of their own", .timeLimit(.minutes(5)))
struct ServiceProgramTests {
    /// A file with the keys of contexts that a gateway signs, which goes with its owner.
    private final class KeyFile {
        let path = "/tmp/sxt-keys-\(UUID().uuidString.lowercased())"

        init() throws {
            let secret = "1:" + String(repeating: "A", count: 43)
            let lines = ServiceGraph.callees(of: "gateway").map { "gateway \($0) \(secret)\n" }
            try lines.joined().write(toFile: path, atomically: true, encoding: .utf8)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    /// A program, told of a database, at ports of the system's choice.
    private static func start(
        _ service: String,
        _ fixture: SchemaFixture,
        _ keys: KeyFile
    ) throws -> ServerProcess {
        var environment = ServerProcess.atAnyPorts
        environment["SEXTANT_POSTGRES_DSN"] = fixture.database.dsn(user: "svc_\(service)")
        environment["SEXTANT_CONTEXT_KEYS_FILE"] = keys.path
        return try ServerProcess("\(service)-service", [], environment)
    }

    @Test(
        "are ready once the platform's schema is there",
        arguments: ServiceGraph.areas
    )
    func ready(_ service: String) async throws {
        let fixture = try await SchemaFixture(isMigrated: false)
        let keys = try KeyFile()
        let server = try Self.start(service, fixture, keys)
        try await server.readiness(is: "lacks migration platform/")
        _ = try await fixture.migrator.migrate()
        try await server.readiness(is: #"{"ready":true,"#)
        let lines = try await GRPCCalls.run(
            try await server.address(),
            [.init("grpc.health.v1.Health/Check")]
        )
        #expect(lines == [#"{"status": "SERVING"}"#])
        #expect(try await server.stop() == 0)
    }

    @Test("are not ready while the database is away, and again when it is back")
    func away() async throws {
        let postgres = try await PrivatePostgres()
        let fixture = try await SchemaFixture(on: postgres)
        let keys = try KeyFile()
        let server = try Self.start("ingest", fixture, keys)
        try await server.readiness(is: #"{"ready":true,"#)
        try await postgres.stop()
        try await server.readiness(is: #"{"ready":false,"#)
        try await postgres.start()
        try await server.readiness(is: #"{"ready":true,"#)
        #expect(try await server.stop() == 0)
    }
}
