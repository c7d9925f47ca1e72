import Crypto
import Foundation
import Tenancy
import TestKit
import TestTenants

/// A platform with one service, the example's, and what may stand before it: our gateway, which
/// checks a key or lets anyone pass, and peers.
struct GatewayBench {
    /// The service itself, on the core of `h2load`.
    let example: ProxyServer
    /// Files of the programs.
    let folder: URL
    /// Keys of two tenants.
    let keys: [String]
    private let fixture: SchemaFixture
    private let programs: URL

    /// How reports call the peers.
    static let envoy = "Envoy"
    static let haproxy = "haproxy"
    static let nginx = "nginx"

    private static let secret = "1:" + String(repeating: "A", count: 43)

    /// Makes the platform's database and keys, and starts the service.
    init(_ arguments: Arguments) async throws {
        guard ProcessInfo.processInfo.activeProcessorCount >= 2 else {
            throw PinnedProcess.Failure(description: "gateways are measured on two cores at least")
        }
        folder = arguments.peers
        programs = arguments.server
        fixture = try await SchemaFixture()
        keys = try await Self.keys(fixture)
        let call = try GatewayCall.grpc(in: folder)
        let (folder, program) = (folder, programs.appendingPathComponent("example-server").path)
        example = try ProxyServer("example-server", cores: "1") { port in
            [
                "SEXTANT_LISTEN_ADDRESS=127.0.0.1:\(port)", "SEXTANT_METRICS_ADDRESS=127.0.0.1:0",
                "SEXTANT_LOOPS=1", "SEXTANT_LOG_LEVEL=error", "SEXTANT_ENDPOINT_DELAY=0s", program,
            ]
        } isReady: {
            try call.answer(of: $0, in: folder)?.isEmpty == false
        }
    }

    private static func keys(_ fixture: SchemaFixture) async throws -> [String] {
        guard let environment = APIKeyEnvironment("bench"),
            let scopes = ScopeSet(["items:read", "items:write"].compactMap { Scope($0) })
        else { throw Peer.Failure(description: "the words of a key are none") }
        let ring = try KeyRing<SecretBytes>(text: secret)
        let store = APIKeyStore(
            try await fixture.service("gateway"),
            peppers: try ring.map { secret throws(CryptoError) in AuthenticationKey(secret) },
            environment: environment
        )
        var keys: [String] = []
        for slug in ["acme", "zebra"] {
            let tenant = try await fixture.tenant(slug)
            let key = try await store.create(
                for: [tenant],
                scopes: scopes,
                by: try fixture.context(tenant).actor,
                before: SchemaFixture.soon
            )
            keys.append(key.reveal())
        }
        return keys
    }

    /// Stops the service.
    func stop() { example.stop() }

    // MARK: What stands before it

    /// Our gateway.
    ///
    /// - Parameters:
    ///   - isOpen: whether anyone may call, as with the peers.
    ///   - loops: how many event loops it has, each on a core of its own.
    ///   - settings: what else it is told.
    /// - Returns: the gateway, which answers.
    /// - Throws: ``PinnedProcess/Failure`` if it does not.
    func ours(
        isOpen: Bool = false,
        loops: Int = 1,
        _ settings: [String] = ["SEXTANT_QUOTA_CALLS=1000000000"]
    ) throws -> ProxyServer {
        let program = programs.appendingPathComponent("gateway-server").path
        let call = try GatewayCall.json(in: folder, to: GatewayCall.route).with(key: keys[0])
        let open = try GatewayCall.json(in: folder, to: GatewayCall.route)
        let cores = (0..<loops).map(String.init).joined(separator: ",")
        return try ProxyServer(isOpen ? "open gateway" : "gateway", cores: cores) { port in
            settings + [
                "SEXTANT_LISTEN_ADDRESS=127.0.0.1:\(port)", "SEXTANT_METRICS_ADDRESS=127.0.0.1:0",
                "SEXTANT_LOOPS=\(loops)", "SEXTANT_LOG_LEVEL=error", "SEXTANT_ENDPOINT_DELAY=0s",
                "SEXTANT_POSTGRES_DSN=\(fixture.database.dsn(user: "svc_gateway"))",
                "SEXTANT_KEY_PEPPERS=\(Self.secret)",
                "SEXTANT_CONTEXT_KEYS=gateway mmm \(Self.secret)",
                "SEXTANT_EXAMPLE_ENDPOINT=127.0.0.1:\(example.port)", "SEXTANT_OPEN=\(isOpen)",
                program,
            ]
        } isReady: {
            try (isOpen ? open : call).answer(of: $0, in: folder)?.isEmpty == false
        }
    }

    /// Envoy with its transcoder of JSON to gRPC.
    func envoy() throws -> ProxyServer {
        let call = try GatewayCall.json(in: folder, to: GatewayCall.method)
        return try peer(Self.envoy, call, "envoy.yaml") { file in
            [
                folder.appendingPathComponent("envoy").path, "--config-path", file,
                "--concurrency", "1", "--disable-hot-restart", "--log-level", "error",
            ]
        }
    }

    /// haproxy, which passes gRPC on.
    func haproxy() throws -> ProxyServer {
        try peer(Self.haproxy, try .grpc(in: folder), "haproxy.cfg") {
            ["haproxy", "-db", "-q", "-f", $0]
        }
    }

    /// nginx, which passes gRPC on.
    func nginx() throws -> ProxyServer {
        try peer(Self.nginx, try .grpc(in: folder), "nginx.conf") {
            ["nginx", "-e", "stderr", "-p", folder.path, "-c", $0]
        }
    }

    /// Starts a peer on core 0, by a file of its own for its port.
    private func peer(
        _ name: String,
        _ call: GatewayCall,
        _ template: String,
        _ command: (String) -> [String]
    ) throws -> ProxyServer {
        let text = try String(
            contentsOf: folder.appendingPathComponent(template),
            encoding: .utf8
        )
        return try ProxyServer(name, cores: "0") { port in
            let file = folder.appendingPathComponent("configured-\(template)")
            let configured =
                text
                .replacingOccurrences(of: "@PORT@", with: "\(port)")
                .replacingOccurrences(of: "@BACKEND@", with: "\(example.port)")
                .replacingOccurrences(of: "@FOLDER@", with: folder.path)
            try configured.write(to: file, atomically: true, encoding: .utf8)
            return command(file.path)
        } isReady: {
            try call.answer(of: $0, in: folder)?.isEmpty == false
        }
    }
}
