import Schema
import TestKit
import TestTenants
import Testing

@Suite("The readiness of the gateway's program", .timeLimit(.minutes(5)))
struct GatewayReadinessTests {
    @Test("ends while the database is away, and begins again when it is back")
    func away() async throws {
        let postgres = try await PrivatePostgres()
        let platform = try await ExamplePlatform(on: postgres)
        let service = try await platform.service()
        let gateway = try await platform.gateway(before: try await service.address())
        let calls = CurlCalls(address: try await gateway.address(), key: try await platform.key())
        #expect(try await calls.text("GET", "/v1/items").contains(#"{"items":[]"#))
        // It stops as in a crash, and tests' servers do not wait for their disks.
        try await platform.fixture.database.run("checkpoint")
        try await postgres.stop()
        try await gateway.readiness(is: #"{"ready":false,"#)
        try await gateway.readiness(is: #""name":"platform","ready":false"#)
        // Whoever was suspended meanwhile must not be served: nobody is.
        let refused = try await calls.object("GET", "/v1/items")
        #expect(refused["code"] as? String == "UNAVAILABLE", "\(refused)")
        try await postgres.start()
        try await gateway.readiness(is: #"{"ready":true,"#)
        try await service.readiness(is: #"{"ready":true,"#)
        let answer = try await calls.text("GET", "/v1/items")
        #expect(answer.contains(#"{"items":[]"#), "\(answer)")
        #expect(try await gateway.stop() == 0)
        #expect(try await service.stop() == 0)
        await platform.close()
    }

    @Test("comes before the first call: none is refused for want of a directory")
    func firstCall() async throws {
        let platform = try await ExamplePlatform()
        let service = try await platform.service()
        let key = try await platform.key()
        // A database that takes its time.
        let database = platform.fixture.database
        let socket = "\(database.server.folder)/.s.PGSQL.\(database.server.port)"
        let proxy = try FaultProxy(to: .socket(path: socket))
        proxy.set { $0.delay = 0.05 }
        let login = "host=127.0.0.1 port=\(proxy.port) dbname=\(database.name) user=svc_gateway"
        let gateway = try platform.start(
            before: try await service.address(),
            ["SEXTANT_POSTGRES_DSN": login]
        )
        let address = try await gateway.record("calls are taken")["address"] ?? ""
        let answer = try await CurlCalls(address: address, key: key).text("GET", "/v1/items")
        #expect(answer.contains(#"{"items":[]"#), "\(answer)")
        #expect(try await gateway.stop() == 0)
        #expect(try await service.stop() == 0)
        proxy.stop()
        await platform.close()
    }

    @Test("waits for the platform's schema, and names the migration that is not there")
    func unmigrated() async throws {
        let fixture = try await SchemaFixture(isMigrated: false)
        let secret = "1:" + String(repeating: "A", count: 43)
        let gateway = try ServerProcess(
            "gateway",
            [],
            ServerProcess.atAnyPorts.merging([
                "SEXTANT_POSTGRES_DSN": fixture.database.dsn(user: "svc_gateway"),
                "SEXTANT_KEY_PEPPERS": secret, "SEXTANT_CONTEXT_KEYS": "gateway mmm \(secret)",
            ]) { $1 }
        )
        try await gateway.readiness(is: "lacks migration platform/")
        _ = try await fixture.migrator.migrate()
        try await gateway.readiness(is: #"{"ready":true,"#)
        #expect(try await gateway.stop() == 0)
    }
}
