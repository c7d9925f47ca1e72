import TestKit
import TestTenants
import Testing

@Suite("The gateway as a program", .timeLimit(.minutes(5)))
struct GatewayProgramTests {
    private static let secret = "1:" + String(repeating: "A", count: 43)

    private func environment(_ fixture: SchemaFixture) -> [String: String] {
        ServerProcess.atAnyPorts.merging([
            "SEXTANT_POSTGRES_DSN": fixture.database.dsn(user: "svc_gateway"),
            "SEXTANT_KEY_PEPPERS": Self.secret,
            "SEXTANT_CONTEXT_KEYS": "gateway mmm \(Self.secret)",
            // Nobody is there.
            "SEXTANT_MMM_ENDPOINT": "127.0.0.1:1",
        ]) { $1 }
    }

    private func curl(_ url: String) async throws -> String {
        let output = try await OutsideProgram.run(
            "curl",
            "--silent",
            "--show-error",
            "--http2-prior-knowledge",
            "--max-time",
            "60",
            url
        )
        #expect(output.status == 0, "\(output.errors)")
        return output.text
    }

    @Test("starts, tells how the services are, refuses strangers, and stops")
    func serves() async throws {
        let fixture = try await SchemaFixture()
        let server = try ServerProcess("gateway", [], environment(fixture))
        let address = try await server.address()
        let health = try await curl("http://\(address)/api/health")
        #expect(health.contains(#""status":"unhealthy""#), "\(health)")
        #expect(health.contains("mmm"), "\(health)")
        let status = try await curl("http://\(address)/api/control/status")
        #expect(status.contains(#""reason":"CREDENTIAL_MISSING""#), "\(status)")
        #expect(try await curl("http://\(address)/v1/nothing").contains("PATH_UNKNOWN"))
        let services = try await GRPCCalls.run(
            address,
            [.init("grpc.health.v1.Health/Check", #"{"service":""}"#)]
        )
        #expect(services == [#"{"status": "SERVING"}"#])
        #expect(try await server.stop() == 0)
    }

    @Test("does not start before a service for which it has no key")
    func keyless() async throws {
        let fixture = try await SchemaFixture()
        var told = environment(fixture)
        told["SEXTANT_INGEST_ENDPOINT"] = "127.0.0.1:1"
        let server = try ServerProcess("gateway", [], told)
        let ending = try await server.ending()
        #expect(ending.status != 0)
        let said = server.output + ending.errors
        #expect(said.contains("context_keys has no pair 'gateway ingest'"), "\(said)")
    }

    @Test("does not start without its secrets, and names all of them")
    func secrets() async throws {
        let server = try ServerProcess("gateway", [], ServerProcess.atAnyPorts)
        let ending = try await server.ending()
        #expect(ending.status == 2)
        for key in ["postgres_dsn", "key_peppers", "context_keys"] {
            #expect(ending.errors.contains(key), "\(ending.errors)")
        }
    }
}
