import Foundation

/// Whether our echo server's memory stays flat over many requests, and over many connections.
struct HTTP2Soak {
    private let bench: HTTP2Bench
    /// How many requests are sent, and how many connections opened and closed.
    private let (requests, connections): (Int, Int)

    /// How many connections are open at a time.
    private static let crowd = 5_000
    /// How many requests one run of `h2load` sends.
    private static let portion = 1_000_000

    init(_ arguments: Arguments) throws {
        bench = try HTTP2Bench(arguments)
        (requests, connections) = (arguments.requests, arguments.connections)
    }

    func run() throws -> Report {
        let many = try soakRequests()
        let crowds = try soakConnections()
        return Report(
            benchmark: "http2-soak",
            note: "resident memory of the idle server at the end beside after warm-up, and its CPU "
                + "for each request; "
                + "server on core 0, h2load on core 1 (-t 1)",
            rows: many.rows + crowds.rows,
            remarks: [many.remark, crowds.remark]
        )
    }

    private typealias Result = (rows: [Report.Row], remark: String)

    private func soakRequests() throws -> Result {
        let load = bench.small(connections: 4, streams: 32)
        return try soak(
            "\(requests) requests, \(load.shape)",
            load,
            warmUp: max(requests / 10, 1_000),
            count: requests,
            portion: Self.portion,
            per: (1e6, "million requests")
        )
    }

    private func soakConnections() throws -> Result {
        // One request on each connection. The allocator keeps what a crowd had, and needs some
        // crowds to find its size.
        let load = bench.small(connections: Self.crowd, streams: 1)
        return try soak(
            "\(connections) connections, \(Self.crowd) at a time",
            load,
            warmUp: 4 * Self.crowd,
            count: connections,
            portion: Self.crowd,
            per: (1e5, "100,000 connections")
        )
    }

    /// Sends requests to a new server, and compares its memory after warm-up and at the end.
    ///
    /// - Parameters:
    ///   - what: for the report.
    ///   - load: how requests are sent.
    ///   - warmUp: how many requests are sent before the first look at its memory.
    ///   - count: how many requests are sent between the two looks.
    ///   - portion: how many of them one run of `h2load` sends.
    ///   - unit: how many requests growth is told for, and what they are called.
    /// - Returns: memory and processor time, and whether memory is flat.
    /// - Throws: ``PinnedProcess/Failure`` if a request has no answer.
    private func soak(
        _ what: String,
        _ load: Load,
        warmUp: Int,
        count: Int,
        portion: Int,
        per unit: (count: Double, name: String)
    ) throws -> Result {
        let server = try bench.ours()
        for start in stride(from: 0, to: warmUp, by: portion) {
            try bench.generator.send(load, count: min(portion, warmUp - start), to: server)
        }
        var series = SoakSeries(what, after: warmUp, per: unit)
        series.bytes.append(try idleBytes(server))
        var sent = 0
        while sent < count {
            let now = max(min(portion, count - sent), load.connections)
            let before = try server.process.processorTime()
            try bench.generator.send(load, count: now, to: server)
            series.bytes.append(try idleBytes(server))
            series.costs.append((try server.process.processorTime() - before) / Double(now))
            sent += now
        }
        try server.stop()
        return (rows: series.rows, remark: series.remark(sent: sent))
    }

    /// What the server has in memory when it has seen the end of all connections.
    private func idleBytes(_ server: EchoServer) throws -> Double {
        // One more request: its loop takes events in their order, so the ends are behind it.
        try bench.generator.send(bench.small(connections: 1, streams: 1), count: 1, to: server)
        return Double(try server.process.residentBytes())
    }
}
