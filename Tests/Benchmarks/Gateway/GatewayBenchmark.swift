import Foundation

/// Our gateway beside proxies before the same service, with one load generator: JSON that becomes
/// gRPC beside Envoy, gRPC that is passed on beside haproxy and nginx.
struct GatewayBenchmark {
    private let arguments: Arguments
    /// About how long a run takes.
    private let seconds: Double
    private let generator: LoadGenerator

    private static let withKey = "a key's"
    private static let open = "anyone's"

    init(_ arguments: Arguments) {
        self.arguments = arguments
        seconds = arguments.seconds ?? 2
        generator = LoadGenerator(log: arguments.peers.appendingPathComponent("h2load.log"))
    }

    func run() throws -> Report {
        try Waiting.run { try await measure() }
    }

    private func measure() async throws -> Report {
        let bench = try await GatewayBench(arguments)
        var table = GatewayTable()
        try measureJSON(bench, &table)
        try measurePassing(bench, &table)
        bench.stop()
        return Report(
            benchmark: "gateway",
            note: "proxies with one thread on core 0, h2load and the service on core 1; CPU is the "
                + "proxy's, for each call; \(Self.withKey): the gateway checks the key, quota and "
                + "memory of a tenant, and signs for it, \(Self.open): it does not, as none of the "
                + "peers does; medians of \(arguments.pairs) pairs of \(seconds.short) s",
            rows: table.rows,
            remarks: table.remarks
        )
    }

    // MARK: What is measured

    private func measureJSON(_ bench: GatewayBench, _ table: inout GatewayTable) throws {
        let call = try GatewayCall.json(in: bench.folder, to: GatewayCall.route)
        let theirs = try GatewayCall.json(in: bench.folder, to: GatewayCall.method)
        let sides = [
            Side(Self.withKey, try bench.ours(), call.with(key: bench.keys[0])),
            Side(Self.open, try bench.ours(isOpen: true), call),
            Side(GatewayBench.envoy, try bench.envoy(), theirs),
        ]
        let direct = Side("direct", bench.example, try .grpc(in: bench.folder))
        try compareAnswers(sides, in: bench.folder)
        let turns = try measure(sides)
        let added = try measureLatency(sides, beside: direct)
        for side in sides { side.server.stop() }
        for ours in 0..<2 {
            table.addTimes("JSON to gRPC, \(sides[ours].name)", turns, ours, sides, 2, 0.5, 15)
            table.addLatency("p50 added, JSON, \(sides[ours].name)", added, ours, sides, 2)
        }
        table.remark("JSON", turns, sides)
    }

    private func measurePassing(_ bench: GatewayBench, _ table: inout GatewayTable) throws {
        let call = try GatewayCall.grpc(in: bench.folder)
        let sides = [
            Side(Self.withKey, try bench.ours(), call.with(key: bench.keys[0])),
            Side(Self.open, try bench.ours(isOpen: true), call),
            Side(GatewayBench.haproxy, try bench.haproxy(), call),
            Side(GatewayBench.nginx, try bench.nginx(), call),
        ]
        let direct = Side("direct", bench.example, call)
        try compareAnswers(sides + [direct], in: bench.folder)
        let turns = try measure(sides)
        let added = try measureLatency(sides, beside: direct)
        for side in sides { side.server.stop() }
        for ours in 0..<2 {
            let what = "gRPC passed on, \(sides[ours].name)"
            table.addTimes(what, turns, ours, sides, 2, 1)
            table.addTimes(what, turns, ours, sides, 3)
            let latency = "p50 added, gRPC, \(sides[ours].name)"
            table.addLatency(latency, added, ours, sides, 2)
            table.addLatency(latency, added, ours, sides, 3)
        }
        table.remark("gRPC", turns, sides)
    }

    /// A server and the call that is made to it.
    struct Side {
        let name: String
        let server: ProxyServer
        let call: GatewayCall

        init(_ name: String, _ server: ProxyServer, _ call: GatewayCall) {
            self.name = name
            self.server = server
            self.call = call
        }
    }

    /// All must answer the same, or they do not do the same.
    private func compareAnswers(_ sides: [Side], in folder: URL) throws {
        let answers = try sides.map { try $0.call.answer(of: $0.server, in: folder) }
        guard let first = answers[0] else {
            throw PinnedProcess.Failure(description: "the gateway does not answer")
        }
        for (side, answer) in zip(sides, answers) {
            guard let answer, side.call.isSame(first, answer) else {
                let texts = [first, answer ?? Data()].map { String(decoding: $0, as: UTF8.self) }
                throw PinnedProcess.Failure(
                    description: "\(side.name) answers '\(texts[1])', the gateway '\(texts[0])'"
                )
            }
        }
    }

    /// Runs of all servers in turn, a line for each turn.
    private func measure(_ sides: [Side]) throws -> [[LoadRun]] {
        let counts = try sides.map {
            try generator.calibrate($0.call.load, on: $0.server, seconds: seconds)
        }
        return try (0..<arguments.pairs).map { _ in
            try zip(sides, counts).map { side, count in
                try generator.measure(side.call.load, count: count, on: side.server)
            }
        }
    }

    /// How much longer one call after the other takes by each server than without, in microseconds.
    private func measureLatency(_ sides: [Side], beside direct: Side) throws -> [[Double]] {
        func median(_ side: Side) throws -> Double {
            var load = side.call.load
            (load.connections, load.streams) = (1, 1)
            return try generator.latency(0.5, load, count: 5_000, to: side.server)
        }
        return try (0..<arguments.pairs).map { _ in
            let without = try median(direct)
            return try sides.map { max(try median($0) - without, 1) }
        }
    }
}

/// The rows of what was measured in turn.
struct GatewayTable {
    private(set) var rows: [Report.Row] = []
    private(set) var remarks: [String] = []

    /// Processor time for each call, ours and a peer's, by their places among the sides.
    mutating func addTimes(
        _ what: String,
        _ turns: [[LoadRun]],
        _ ours: Int,
        _ sides: [GatewayBenchmark.Side],
        _ theirs: Int,
        _ budget: Double? = nil,
        _ goal: Double? = nil
    ) {
        let pairs = turns.map {
            (ours: $0[ours].microsecondsPerRequest, theirs: $0[theirs].microsecondsPerRequest)
        }
        rows.append(
            Report.Row(
                what,
                peer: sides[theirs].name,
                unit: "µs CPU",
                pairs: pairs,
                budget: budget.map { .atMost($0) },
                goal: goal
            )
        )
    }

    /// Time that calls take more, ours and a peer's.
    mutating func addLatency(
        _ what: String,
        _ added: [[Double]],
        _ ours: Int,
        _ sides: [GatewayBenchmark.Side],
        _ theirs: Int
    ) {
        let pairs = added.map { (ours: $0[ours], theirs: $0[theirs]) }
        rows.append(Report.Row(what, peer: sides[theirs].name, unit: "µs", pairs: pairs))
    }

    /// How busy the servers were in the last turn.
    mutating func remark(
        _ what: String,
        _ turns: [[LoadRun]],
        _ sides: [GatewayBenchmark.Side]
    ) {
        guard let last = turns.last else { return }
        let parts = zip(sides, last).map { "\($0.name) \($1.summary)" }
        remarks.append("\(what): " + parts.joined(separator: "; "))
    }
}
