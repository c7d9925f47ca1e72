import Foundation
import TestKit

/// What `h2load` sends: requests that post a body, over connections that keep streams in flight.
struct Load {
    var connections: Int
    /// Requests in flight on each connection.
    var streams: Int
    /// The file that is posted.
    var body: URL
    /// Where it is posted to, as `documents/small`; nil for the name of the file.
    var path: String?
    /// Fields that go with each request, as `te: trailers`.
    var fields: [String] = []
    /// How many bytes the body of each answer must have; nil for any number.
    var answerBytes: Int?
    /// How many requests a second each connection makes; nil for as many as it can.
    var rate: Int?
    /// The only cipher of TLS 1.3 that is offered; nil for those that `h2load` knows.
    var cipher: String?

    /// As `4×32`.
    var shape: String { "\(connections)×\(streams)" }
}

/// Runs `h2load` with one thread.
struct LoadGenerator {
    /// The cores it may use, as `1`.
    var cores = "1"
    /// Where it writes its log.
    let log: URL

    /// A run may take this long, in seconds.
    private static let limit = 300

    /// Sends requests, each of which must be answered.
    ///
    /// - Parameters:
    ///   - load: how they are sent.
    ///   - count: how many, at least.
    ///   - server: to whom.
    /// - Throws: ``PinnedProcess/Failure`` if one has no answer, or the server has ended.
    /// - Returns: what `h2load` says about them.
    @discardableResult
    func send(_ load: Load, count: Int, to server: any BenchServer) throws -> LoadReport {
        try run(load, count: count, to: server, [])
    }

    /// Sends requests as ``send(_:count:to:)`` does, and notes how long each takes, which costs
    /// `h2load` some of its speed.
    ///
    /// - Returns: the 99th percentile, in microseconds, without the first twentieth.
    func p99(_ load: Load, count: Int, to server: any BenchServer) throws -> Double {
        try latency(0.99, load, count: count, to: server)
    }

    /// How long a part of requests take at most; see ``p99(_:count:to:)``.
    func latency(
        _ part: Double,
        _ load: Load,
        count: Int,
        to server: any BenchServer
    ) throws -> Double {
        try? FileManager.default.removeItem(at: log)
        try run(load, count: count, to: server, ["--log-file=\(log.path)"])
        guard let latencies = LoadLatencies(log: Array(try Data(contentsOf: log))) else {
            throw PinnedProcess.Failure(description: "cannot read the log of h2load")
        }
        try FileManager.default.removeItem(at: log)
        return Double(latencies.percentile(part))
    }

    /// Whether the server answers one request.
    func isAnswered(by server: any BenchServer, body: URL) throws -> Bool {
        let load = Load(connections: 1, streams: 1, body: body)
        return LoadReport(try output(load, count: 1, to: server, []))?.isClean == true
    }

    @discardableResult
    private func run(
        _ load: Load,
        count: Int,
        to server: any BenchServer,
        _ options: [String]
    ) throws -> LoadReport {
        let text = try output(load, count: count, to: server, options)
        let name = server.process.name
        guard server.process.isRunning else {
            throw PinnedProcess.Failure(description: "\(name) has ended under \(load.shape)")
        }
        guard let report = LoadReport(text) else {
            throw PinnedProcess.Failure(
                description: "h2load \(load.shape) with \(name) made no report; it said:\n\(text)"
            )
        }
        guard report.isClean else {
            let counts = text.split(separator: "\n").filter {
                $0.hasPrefix("requests:") || $0.hasPrefix("status codes:")
            }
            throw PinnedProcess.Failure(
                description: "\(name) did not answer all of h2load \(load.shape): "
                    + counts.joined(separator: "; ")
            )
        }
        if let bytes = load.answerBytes, report.answerBytes != bytes * report.total {
            throw PinnedProcess.Failure(
                description: "\(name) answered \(report.total) requests of h2load \(load.shape) "
                    + "with \(report.answerBytes) bytes instead of \(bytes) each"
            )
        }
        return report
    }

    private func output(
        _ load: Load,
        count: Int,
        to server: any BenchServer,
        _ options: [String]
    ) throws -> String {
        let path = load.path ?? load.body.lastPathComponent
        var options = options + load.fields.flatMap { ["-H", $0] }
        if let cipher = load.cipher { options.append("--tls13-ciphers=\(cipher)") }
        if let rate = load.rate { options.append("--rps=\(rate)") }
        let process = try PinnedProcess(
            "h2load",
            program: "timeout",
            ["\(Self.limit)", "h2load", "-t", "1"] + options + [
                "-c", "\(load.connections)", "-m", "\(load.streams)",
                "-n", "\(max(count, load.connections))", "-d", load.body.path,
                "\(server.origin)/\(path)",
            ],
            cores: cores
        )
        let text = try process.readToEnd()
        let status = try process.waitForEnd(seconds: 5)
        guard status != 124 else {
            throw PinnedProcess.Failure(
                description: "\(server.process.name) has not answered h2load \(load.shape) "
                    + "within \(Self.limit) s"
            )
        }
        return text
    }
}
