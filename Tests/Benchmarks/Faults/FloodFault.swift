import Foundation

/// A tenant that floods the gateway while another calls it a hundred times a second, with the
/// limits that gateways have: how long the other's calls take, beside how long they take else.
struct FloodFault {
    /// What a tenant floods the gateway with.
    enum Flood: String, CaseIterable {
        case streams = "1,000 streams"
        case bodies = "100 bodies of 16 MiB"
        case hanging = "1,000 calls that hang"
    }

    private let bench: GatewayBench
    private let gateway: ProxyServer
    private let generator: LoadGenerator
    private let quiet: Load

    /// How many calls of the other tenant are timed.
    private static let count = 500
    private static let bodyBytes = 16 << 20

    /// Starts a service and a gateway before it.
    init(_ arguments: Arguments) async throws {
        bench = try await GatewayBench(arguments)
        gateway = try bench.ours([])
        generator = LoadGenerator(log: bench.folder.appendingPathComponent("h2load.log"))
        let call = try GatewayCall.json(in: bench.folder, to: GatewayCall.route)
        var load = call.with(key: bench.keys[1]).load
        (load.connections, load.streams, load.rate) = (1, 1, 100)
        quiet = load
    }

    /// Floods the gateway, and stops.
    ///
    /// - Returns: the 99th percentile of the other tenant's calls without and with the flood, in
    ///   microseconds.
    /// - Throws: ``PinnedProcess/Failure`` if one of its calls does not succeed.
    func cause(_ flood: Flood) throws -> (without: Double, with: Double) {
        let without = try generator.p99(quiet, count: Self.count, to: gateway)
        let crowd = try crowd(flood)
        // The flood is under way when half a second is over.
        try generator.send(quiet, count: 50, to: gateway)
        let with = try generator.p99(quiet, count: Self.count, to: gateway)
        guard crowd.isRunning else {
            throw PinnedProcess.Failure(description: "the flood is over: \(crowd.readSome())")
        }
        crowd.end()
        return (without, with)
    }

    /// Stops the gateway and the service.
    func end() {
        gateway.stop()
        bench.stop()
    }

    /// `h2load`, which goes on until it is ended, and leaves the core to others who want it.
    private func crowd(_ flood: Flood) throws -> PinnedProcess {
        let (connections, streams, body, path) = try request(flood)
        return try PinnedProcess(
            "h2load",
            program: "nice",
            [
                "-n", "19", "h2load", "-t", "1", "-D", "600", "-c", connections, "-m", streams,
                "-d", body.path, "-H", "content-type: application/json",
                "-H", "x-api-key: \(bench.keys[0])", "\(gateway.origin)/\(path)",
            ],
            cores: generator.cores
        )
    }

    private func request(
        _ flood: Flood
    ) throws -> (connections: String, streams: String, body: URL, path: String) {
        let body = bench.folder.appendingPathComponent("flood")
        switch flood {
        case .streams:
            return ("10", "100", quiet.body, GatewayCall.route)
        case .bodies:
            let blanks = Data(repeating: UInt8(ascii: " "), count: Self.bodyBytes - 2)
            try (blanks + Data("{}".utf8)).write(to: body)
            return ("4", "25", body, GatewayCall.route)
        case .hanging:
            try Data(#"{"duration":"3600s"}"#.utf8).write(to: body)
            return ("10", "100", body, "v1/example:sleep")
        }
    }
}
