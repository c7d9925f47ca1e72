import Foundation

/// What the benchmarks of RPC have in common: the programs, their files, and who makes the load.
struct RPCBench {
    let generator: LoadGenerator
    /// What nghttpd is posted, and answers: the bytes of a small call, and no gRPC.
    let plain: Load
    private let server: URL
    private let client: URL
    private let peers: URL
    private let documents: URL
    private let identity: ServerIdentity

    /// How reports call the peers.
    static let cpp = "gRPC C++"
    static let nghttpd = "nghttpd"
    static let grpcio = "grpcio"
    static let limit = "C, nghttp2"

    /// Writes the files; `deploy/bench` has made the programs, certificate and key.
    init(_ arguments: Arguments) throws {
        guard ProcessInfo.processInfo.activeProcessorCount >= 2 else {
            throw PinnedProcess.Failure(description: "RPC is measured on two cores at least")
        }
        server = arguments.server
        client = server.deletingLastPathComponent().appendingPathComponent("traffic-client")
        peers = arguments.peers
        documents = peers.appendingPathComponent("documents")
        identity = ServerIdentity(
            certificate: peers.appendingPathComponent("server.pem"),
            key: peers.appendingPathComponent("server.key")
        )
        generator = LoadGenerator(log: peers.appendingPathComponent("h2load.log"))
        try FileManager.default.createDirectory(at: documents, withIntermediateDirectories: true)
        var plain = try Traffic.small.load(from: documents.appendingPathComponent("small"))
        plain.path = nil
        self.plain = plain
    }

    /// How `h2load` sends calls.
    func load(_ traffic: Traffic) throws -> Load {
        try traffic.load(from: peers.appendingPathComponent("request"))
    }

    // MARK: Servers

    func ours(isSecure: Bool = false) throws -> TrafficServer {
        try TrafficServer("traffic-server", program: server, identity: isSecure ? identity : nil)
    }

    func cpp(isSecure: Bool = false) throws -> TrafficServer {
        let program = peers.appendingPathComponent("traffic-server-c++")
        return try TrafficServer(Self.cpp, program: program, identity: isSecure ? identity : nil)
    }

    func grpcio() throws -> TrafficServer {
        try TrafficServer(
            Self.grpcio,
            program: peers.appendingPathComponent("traffic-server-grpcio")
        )
    }

    /// What sends large messages back, and does nothing else.
    func limit() throws -> TrafficServer {
        try TrafficServer(Self.limit, program: peers.appendingPathComponent("traffic-limit"))
    }

    func nghttpd() throws -> NghttpServer {
        try NghttpServer(documents, probe: plain.body, generator: generator)
    }

    // MARK: Clients

    func ourClient(_ traffic: Traffic, to server: TrafficServer) throws -> TrafficClient {
        try TrafficClient("traffic-client", program: client, to: server, traffic)
    }

    func cppClient(_ traffic: Traffic, to server: TrafficServer) throws -> TrafficClient {
        let program = peers.appendingPathComponent("traffic-client-c++")
        return try TrafficClient("\(Self.cpp) client", program: program, to: server, traffic)
    }
}
