import Foundation

/// Our echo server beside nghttpd, with one load generator and the cores kept apart.
struct HTTP2Benchmark {
    private let bench: HTTP2Bench
    private let pairs: Int
    /// About how long a run takes.
    private let seconds: Double
    private var rows: [Report.Row] = []
    private var remarks: [String] = []

    private static let peer = "nghttpd"
    private static let processorTime = "µs CPU"
    private static let rate = "requests/s"

    /// A run of ours and one of theirs.
    private typealias Pair = (ours: LoadRun, theirs: LoadRun)

    init(_ arguments: Arguments) throws {
        bench = try HTTP2Bench(arguments)
        pairs = arguments.pairs
        seconds = arguments.seconds ?? 2
    }

    func run() throws -> Report {
        var measured = self
        try measured.measureSmall(connections: 4, streams: 32)
        try measured.measureSmall(connections: 16, streams: 100)
        try measured.measureLarge()
        try measured.measureTLS()
        try measured.measureLoops()
        try measured.measureBusyLoops()
        return Report(
            benchmark: "http2",
            note: "servers on core 0, h2load on core 1 (-t 1); with two loops server and h2load "
                + "share cores 0 and 1; CPU is the server's, for each request; "
                + "medians of \(pairs) pairs of \(seconds.short) s",
            rows: measured.rows,
            remarks: measured.remarks
        )
    }

    // MARK: Beside nghttpd

    /// POST of 100 bytes: processor time, and in runs of their own, for the log is dear, latency.
    private mutating func measureSmall(connections: Int, streams: Int) throws {
        let load = bench.small(connections: connections, streams: streams)
        let (ours, theirs) = (try bench.ours(), try bench.theirs())
        let count = try calibrate(load, on: ours, theirs)
        var runs: [Pair] = []
        var latencies: [(ours: Double, theirs: Double)] = []
        for _ in 0..<pairs {
            runs.append(try pair(load, count, ours, theirs))
            latencies.append(
                (
                    ours: try bench.generator.p99(load, count: count, to: ours),
                    theirs: try bench.generator.p99(load, count: count, to: theirs)
                )
            )
        }
        try stop(ours, theirs)
        let what = "POST 100 B, \(load.shape)"
        addProcessorTime(what, runs, budget: .atMost(1.1))
        rows.append(
            Report.Row(
                "\(what), p99",
                peer: Self.peer,
                unit: "µs",
                pairs: latencies,
                budget: .atMost(1.25)
            )
        )
        remark(what, runs)
    }

    /// POST of a megabyte that is answered with a megabyte.
    private mutating func measureLarge() throws {
        let load = Load(connections: 4, streams: 4, body: bench.large)
        let (ours, theirs) = (try bench.ours(), try bench.theirs())
        let count = try calibrate(load, on: ours, theirs, sample: 100)
        let runs = try (0..<pairs).map { _ in try pair(load, count, ours, theirs) }
        try stop(ours, theirs)
        let what = "1 MB echo, \(load.shape)"
        let megabytes = Double(HTTP2Bench.largeBytes) / 1e6
        rows.append(
            Report.Row(
                "\(what), each way",
                peer: Self.peer,
                unit: "MB/s",
                pairs: runs.map {
                    (
                        ours: $0.ours.requestsPerSecond * megabytes,
                        theirs: $0.theirs.requestsPerSecond * megabytes
                    )
                }
            )
        )
        addProcessorTime(what, runs)
        remark(what, runs)
    }

    /// POST of 100 bytes over TLS, beside ours without and nghttpd with.
    private mutating func measureTLS() throws {
        let load = bench.small(connections: 4, streams: 32)
        let ours = try bench.ours("echo-server with TLS", isSecure: true)
        let (theirs, plain) = (try bench.theirs(isSecure: true), try bench.ours())
        let count = try calibrate(load, on: ours, theirs)
        try bench.generator.send(load, count: count / 4, to: plain)
        var beside: [Pair] = []
        var rates: [Pair] = []
        for _ in 0..<pairs {
            let run = try pair(load, count, ours, theirs)
            beside.append(run)
            let without = try bench.generator.measure(load, count: count, on: plain)
            rates.append((ours: run.ours, theirs: without))
        }
        try stop(ours, theirs)
        try plain.stop()
        let ciphers = Set(beside.flatMap { [$0.ours.cipher, $0.theirs.cipher] })
        guard ciphers.allSatisfy({ $0?.hasPrefix("TLSv1.3 ") == true }) else {
            throw PinnedProcess.Failure(description: "a server did not agree on TLS 1.3")
        }
        let what = "TLS 1.3, \(load.shape)"
        addRates(what, peer: "ours without TLS", rates, budget: .atLeast(0.7))
        addProcessorTime(what, beside)
        let used = ciphers.compactMap(\.self).sorted().joined(separator: ", ")
        remark("\(what) (\(used))", beside)
    }

    // MARK: Two loops beside one

    /// How little two loops cost more than one.
    private mutating func measureLoops() throws {
        let runs = try pairsOfLoops(work: nil, what: "two loops")
        addProcessorTime("two loops, 16×32", peer: "one loop", runs, budget: .atMost(1.1))
    }

    /// How much more two loops do when requests are work.
    private mutating func measureBusyLoops() throws {
        let what = "two loops, 20 µs of work"
        let runs = try pairsOfLoops(work: 20, what: what)
        addRates("\(what), 16×32", peer: "one loop", runs, budget: .atLeast(1.7))
    }

    private mutating func pairsOfLoops(work: Int?, what: String) throws -> [Pair] {
        let load = bench.small(connections: 16, streams: 32)
        let ours = try bench.ours("echo-server with two loops", loops: 2, work: work)
        let theirs = try bench.ours("echo-server with one loop", work: work)
        let beside = bench.generator
        let among = LoadGenerator(cores: "0,1", log: beside.log)
        let count = try beside.calibrate(load, on: theirs, seconds: seconds)
        try among.send(load, count: count / 4, to: ours)
        var runs: [Pair] = []
        for _ in 0..<pairs {
            runs.append(
                (
                    ours: try among.measure(load, count: count, on: ours),
                    theirs: try beside.measure(load, count: count, on: theirs)
                )
            )
        }
        let split = try ours.stopCounting()
        try theirs.stop()
        remark("\(what), 16×32", runs, peer: "one loop")
        remarks.append("\(what), 16×32: requests by loop: \(split)")
        return runs
    }

    // MARK: Parts

    /// Both are warm afterwards.
    private func calibrate(
        _ load: Load,
        on ours: EchoServer,
        _ theirs: NghttpServer,
        sample: Int = 20_000
    ) throws -> Int {
        let count = try bench.generator.calibrate(
            load,
            on: ours,
            sample: sample,
            seconds: seconds
        )
        try bench.generator.send(load, count: sample, to: theirs)
        return count
    }

    private func pair(
        _ load: Load,
        _ count: Int,
        _ ours: EchoServer,
        _ theirs: NghttpServer
    ) throws -> Pair {
        (
            ours: try bench.generator.measure(load, count: count, on: ours),
            theirs: try bench.generator.measure(load, count: count, on: theirs)
        )
    }

    private func stop(_ ours: EchoServer, _ theirs: NghttpServer) throws {
        try ours.stop()
        try theirs.stop()
    }

    private mutating func addProcessorTime(
        _ what: String,
        peer: String = Self.peer,
        _ runs: [Pair],
        budget: Report.Budget? = nil
    ) {
        let times = runs.map {
            (ours: $0.ours.microsecondsPerRequest, theirs: $0.theirs.microsecondsPerRequest)
        }
        rows.append(
            Report.Row(what, peer: peer, unit: Self.processorTime, pairs: times, budget: budget)
        )
    }

    private mutating func addRates(
        _ what: String,
        peer: String,
        _ runs: [Pair],
        budget: Report.Budget
    ) {
        let rates = runs.map {
            (ours: $0.ours.requestsPerSecond, theirs: $0.theirs.requestsPerSecond)
        }
        rows.append(Report.Row(what, peer: peer, unit: Self.rate, pairs: rates, budget: budget))
    }

    /// How busy the servers were in the last pair: a server that waits for `h2load` is not at its
    /// limit.
    private mutating func remark(_ what: String, _ runs: [Pair], peer: String = Self.peer) {
        guard let last = runs.last else { return }
        remarks.append("\(what): ours \(last.ours.summary); \(peer) \(last.theirs.summary)")
    }
}
