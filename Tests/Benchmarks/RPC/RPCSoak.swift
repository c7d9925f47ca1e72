import Foundation

/// Whether the memory of our gRPC server and client stays flat over many calls.
struct RPCSoak {
    private let bench: RPCBench
    private let calls: Int

    /// How many calls are made between two looks at memory.
    private static let portion = 1_000_000

    init(_ arguments: Arguments) throws {
        bench = try RPCBench(arguments)
        calls = arguments.requests
    }

    func run() throws -> Report {
        let traffic = Traffic.small
        let server = try bench.ours()
        let client = try bench.ourClient(traffic, to: server)
        let warmUp = max(calls / 10, 1_000)
        _ = try client.make(warmUp)
        let what = "\(calls) calls, \(traffic.name)"
        let unit = (count: 1e6, name: "million calls")
        var serverSeries = SoakSeries("server, \(what)", after: warmUp, per: unit)
        var clientSeries = SoakSeries("client, \(what)", after: warmUp, per: unit)
        func look() throws {
            serverSeries.bytes.append(Double(try server.process.residentBytes()))
            clientSeries.bytes.append(Double(try client.process.residentBytes()))
        }
        try look()
        var made = 0
        while made < calls {
            let count = min(Self.portion, calls - made)
            let before = try server.process.processorTime()
            let run = try client.make(count)
            let used = try server.process.processorTime() - before
            serverSeries.costs.append(used / Double(count))
            clientSeries.costs.append(run.microsecondsPerRequest)
            try look()
            made += count
        }
        try client.stop()
        try server.stop()
        return Report(
            benchmark: "rpc-soak",
            note: "resident memory without calls in flight, at the end beside after warm-up, and "
                + "CPU for each call; server on core 0, client on core 1",
            rows: serverSeries.rows + clientSeries.rows,
            remarks: [serverSeries.remark(sent: made), clientSeries.remark(sent: made)]
        )
    }
}
