import Foundation

/// Our gRPC server and client beside those of gRPC C++, grpcio's server, and nghttpd.
///
/// All answers are checked: `h2load` counts their bytes, clients look at each message.
struct RPCBenchmark {
    private let bench: RPCBench
    private let pairs: Int
    /// About how long a run takes.
    private let seconds: Double
    private var rows: [Report.Row] = []
    private var remarks: [String] = []

    private static let cipher = "TLS_AES_128_GCM_SHA256"

    /// A run of ours and one of theirs.
    private typealias Pair = (ours: LoadRun, theirs: LoadRun)

    init(_ arguments: Arguments) throws {
        bench = try RPCBench(arguments)
        pairs = arguments.pairs
        seconds = arguments.seconds ?? 2
    }

    func run() throws -> Report {
        var measured = self
        try measured.measureSmall()
        try measured.measureLarge()
        try measured.measureServer(.stream, budget: .atLeast(4))
        try measured.measureServer(.small, isSecure: true, budget: .atLeast(4))
        try measured.measureClient(.small, budget: .atLeast(4))
        try measured.measureClient(.large, budget: .atLeast(1.5))
        try measured.measureClient(.stream, budget: .atLeast(4))
        return Report(
            benchmark: "rpc",
            note: "servers on core 0, h2load (-t 1) or a client on core 1; CPU is that of the "
                + "measured program; gRPC C++ with its typed asynchronous API, one completion "
                + "queue, one thread; mimalloc in ours and theirs; "
                + "medians of \(pairs) pairs of \(seconds.short) s",
            rows: measured.rows,
            remarks: measured.remarks
        )
    }

    // MARK: Servers

    /// Unary calls of 100 bytes, each turn to all servers.
    private mutating func measureSmall() throws {
        let traffic = Traffic.small
        let load = try bench.load(traffic)
        let ours = try bench.ours()
        let peers: [(name: String, server: any BenchServer, load: Load, sample: Int)] = [
            (RPCBench.nghttpd, try bench.nghttpd(), bench.plain, traffic.sample),
            (RPCBench.cpp, try bench.cpp(), load, traffic.sample),
            (RPCBench.grpcio, try bench.grpcio(), load, 2_000),
        ]
        let count = try calibrate(load, on: ours, sample: traffic.sample)
        let counts = try peers.map { try calibrate($0.load, on: $0.server, sample: $0.sample) }
        var runs = peers.map { _ in [Pair]() }
        for _ in 0..<pairs {
            let run = try bench.generator.measure(load, count: count, on: ours)
            for (index, peer) in peers.enumerated() {
                let theirs = try bench.generator.measure(
                    peer.load,
                    count: counts[index],
                    on: peer.server
                )
                runs[index].append((ours: run, theirs: theirs))
            }
        }
        try ours.stop()
        for peer in peers { try peer.server.stop() }
        addTimes(traffic.name, RPCBench.nghttpd, runs[0], budget: .atMost(1.25))
        addWork(traffic.name, traffic, RPCBench.cpp, runs[1], budget: .atLeast(4))
        addWork(traffic.name, traffic, RPCBench.grpcio, runs[2])
        for (peer, runs) in zip(peers, runs) {
            addRates(traffic.name, traffic, peer.name, runs)
            remark(traffic.name, peer.name, runs)
        }
    }

    /// Unary calls of 1 MB, each turn to our server, to that of gRPC C++, and to the least that
    /// there can be: its ratio to gRPC C++ is what the kernel leaves to win.
    private mutating func measureLarge() throws {
        let traffic = Traffic.large
        let load = try bench.load(traffic)
        let servers = [try bench.ours(), try bench.cpp(), try bench.limit()]
        let counts = try servers.map { try calibrate(load, on: $0, sample: traffic.sample) }
        let turns = try (0..<pairs).map { _ in
            try zip(servers, counts).map { server, count in
                try bench.generator.measure(load, count: count, on: server)
            }
        }
        for server in servers { try server.stop() }
        let runs = turns.map { Pair(ours: $0[0], theirs: $0[1]) }
        addWork(traffic.name, traffic, RPCBench.cpp, runs, budget: .atLeast(1.5))
        addRates(traffic.name, traffic, RPCBench.cpp, runs)
        let beside = turns.map { Pair(ours: $0[0], theirs: $0[2]) }
        addWork(traffic.name, traffic, RPCBench.limit, beside)
        let most = turns.map { Pair(ours: $0[2], theirs: $0[1]) }
        addWork("\(traffic.name), \(RPCBench.limit)", traffic, RPCBench.cpp, most)
        remark(traffic.name, RPCBench.cpp, runs)
        remark(traffic.name, RPCBench.limit, beside)
    }

    /// Calls to our server and to that of gRPC C++.
    private mutating func measureServer(
        _ traffic: Traffic,
        isSecure: Bool = false,
        budget: Report.Budget
    ) throws {
        var load = try bench.load(traffic)
        // Left alone, servers choose different ones.
        if isSecure { load.cipher = Self.cipher }
        let ours = try bench.ours(isSecure: isSecure)
        let theirs = try bench.cpp(isSecure: isSecure)
        let count = try calibrate(load, on: ours, sample: traffic.sample)
        let theirCount = try calibrate(load, on: theirs, sample: traffic.sample)
        let runs = try (0..<pairs).map { _ -> Pair in
            (
                ours: try bench.generator.measure(load, count: count, on: ours),
                theirs: try bench.generator.measure(load, count: theirCount, on: theirs)
            )
        }
        try ours.stop()
        try theirs.stop()
        var what = traffic.name
        if isSecure {
            let ciphers = runs.flatMap { [$0.ours.cipher, $0.theirs.cipher] }
            guard ciphers.allSatisfy({ $0 == "TLSv1.3 \(Self.cipher)" }) else {
                throw PinnedProcess.Failure(
                    description: "a server did not agree on \(Self.cipher) of TLS 1.3"
                )
            }
            what += ", TLS 1.3"
        }
        addWork(what, traffic, RPCBench.cpp, runs, budget: budget)
        addRates(what, traffic, RPCBench.cpp, runs)
        remark(what, RPCBench.cpp, runs)
    }

    private func calibrate(_ load: Load, on server: any BenchServer, sample: Int) throws -> Int {
        try bench.generator.calibrate(load, on: server, sample: sample, seconds: seconds)
    }

    // MARK: Clients

    /// Calls by our client and by that of gRPC C++, both to our server.
    private mutating func measureClient(_ traffic: Traffic, budget: Report.Budget) throws {
        let server = try bench.ours()
        let ours = try bench.ourClient(traffic, to: server)
        let theirs = try bench.cppClient(traffic, to: server)
        let count = try ours.calibrate(traffic, seconds: seconds)
        let theirCount = try theirs.calibrate(traffic, seconds: seconds)
        let runs = try (0..<pairs).map { _ -> Pair in
            (ours: try ours.make(count), theirs: try theirs.make(theirCount))
        }
        try ours.stop()
        try theirs.stop()
        try server.stop()
        let what = "client: \(traffic.name)"
        addWork(what, traffic, RPCBench.cpp, runs, budget: budget)
        addRates(what, traffic, RPCBench.cpp, runs)
        remark(what, RPCBench.cpp, runs)
    }

    // MARK: Rows

    /// Processor time for each call.
    private mutating func addTimes(
        _ what: String,
        _ peer: String,
        _ runs: [Pair],
        budget: Report.Budget
    ) {
        add(what, peer, "µs CPU", runs, budget) { $0.microsecondsPerRequest }
    }

    /// What a second of processor time does.
    private mutating func addWork(
        _ what: String,
        _ traffic: Traffic,
        _ peer: String,
        _ runs: [Pair],
        budget: Report.Budget? = nil
    ) {
        let (name, perCall) = traffic.unit
        add(what, peer, "\(name)/CPU s", runs, budget) { perCall / $0.microsecondsPerRequest * 1e6 }
    }

    /// What a second does.
    private mutating func addRates(
        _ what: String,
        _ traffic: Traffic,
        _ peer: String,
        _ runs: [Pair]
    ) {
        let (name, perCall) = traffic.unit
        add(what, peer, "\(name)/s", runs, nil) { perCall * $0.requestsPerSecond }
    }

    private mutating func add(
        _ what: String,
        _ peer: String,
        _ unit: String,
        _ runs: [Pair],
        _ budget: Report.Budget?,
        _ value: (LoadRun) -> Double
    ) {
        let values = runs.map { (ours: value($0.ours), theirs: value($0.theirs)) }
        rows.append(Report.Row(what, peer: peer, unit: unit, pairs: values, budget: budget))
    }

    /// How busy the measured programs were in the last pair.
    private mutating func remark(_ what: String, _ peer: String, _ runs: [Pair]) {
        guard let last = runs.last else { return }
        remarks.append("\(what): ours \(last.ours.summary); \(peer) \(last.theirs.summary)")
    }
}
