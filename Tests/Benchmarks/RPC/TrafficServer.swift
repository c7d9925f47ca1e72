import Foundation

/// A server of the `Traffic` service on core 0: ours, or a peer's with the same command line.
struct TrafficServer: BenchServer {
    let process: PinnedProcess
    let origin: String
    /// Where it listens, as `127.0.0.1:50051`.
    let address: String

    /// Starts it and waits until it listens.
    ///
    /// - Parameters:
    ///   - name: how reports and failures call it.
    ///   - program: where it is.
    ///   - identity: for TLS.
    /// - Throws: ``PinnedProcess/Failure`` if it ends instead.
    init(_ name: String, program: URL, identity: ServerIdentity? = nil) throws {
        process = try PinnedProcess(
            name,
            program: program.path,
            identity.map { [$0.certificate.path, $0.key.path] } ?? [],
            cores: "0"
        )
        address = String(try process.address())
        origin = "\(identity == nil ? "http" : "https")://\(address)"
    }

    func stop() throws {
        try process.closeInput()
        // It has at most five seconds for calls in flight.
        let status = try process.waitForEnd(seconds: 15)
        let text = try process.readToEnd()
        guard status == 0, text.isEmpty else {
            throw PinnedProcess.Failure(
                description: "\(process.name) stopped with \(status) and said: \(text)"
            )
        }
    }
}

/// A client of the `Traffic` service on core 1: ours, or a peer's with the same command line.
struct TrafficClient {
    let process: PinnedProcess

    /// Starts it; it connects with its first call.
    ///
    /// - Parameters:
    ///   - name: how reports and failures call it.
    ///   - program: where it is.
    ///   - server: whom it calls.
    ///   - traffic: what its calls do.
    /// - Throws: an error of Foundation if it cannot be started.
    init(_ name: String, program: URL, to server: TrafficServer, _ traffic: Traffic) throws {
        process = try PinnedProcess(
            name,
            program: program.path,
            [server.address] + traffic.arguments,
            cores: "1"
        )
    }

    /// Makes calls, and waits for the last answer; each must be what was asked for.
    ///
    /// - Parameter count: how many.
    /// - Returns: what they cost the client.
    /// - Throws: ``PinnedProcess/Failure`` if a call fails.
    func make(_ count: Int) throws -> LoadRun {
        try process.write("\(count)")
        let line = try process.readLine()
        let numbers = line.split(separator: " ").compactMap { Double($0) }
        guard numbers.count == 2, numbers.allSatisfy({ $0 > 0 }) else {
            throw PinnedProcess.Failure(description: "\(process.name) printed '\(line)'")
        }
        return LoadRun(
            microsecondsPerRequest: numbers[0] / 1e3 / Double(count),
            requestsPerSecond: Double(count) / (numbers[1] / 1e9),
            cipher: nil
        )
    }

    /// How many calls take about as long as a run should; a first, short run says.
    func calibrate(_ traffic: Traffic, seconds: Double) throws -> Int {
        let run = try make(traffic.sample)
        return max(traffic.sample, Int(run.requestsPerSecond * seconds))
    }

    func stop() throws {
        try process.closeInput()
        let status = try process.waitForEnd(seconds: 15)
        guard status == 0 else {
            throw PinnedProcess.Failure(
                description: "\(process.name) stopped with \(status) and said: "
                    + (try process.readToEnd())
            )
        }
    }
}
