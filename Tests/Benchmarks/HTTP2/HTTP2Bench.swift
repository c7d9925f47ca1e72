import Foundation
import TestKit

/// What the benchmarks of HTTP/2 have in common: the files, who makes the load, and one run of it.
struct HTTP2Bench {
    let arguments: Arguments
    /// The folder that nghttpd serves.
    let documents: URL
    /// What small requests post.
    let smallBody: URL
    /// What nghttpd answers small requests with.
    let smallAnswer: URL
    /// What large requests post, and what both answer them with.
    let large: URL
    let identity: ServerIdentity
    /// `h2load` on the core beside that of a server with one loop.
    let generator: LoadGenerator

    static let largeBytes = 1_000_000

    /// Writes the files; `deploy/bench` has made certificate and key.
    init(_ arguments: Arguments) throws {
        guard ProcessInfo.processInfo.activeProcessorCount >= 2 else {
            throw PinnedProcess.Failure(description: "HTTP/2 is measured on two cores at least")
        }
        self.arguments = arguments
        let folder = arguments.peers
        documents = folder.appendingPathComponent("documents")
        smallBody = folder.appendingPathComponent("small")
        smallAnswer = documents.appendingPathComponent("small")
        large = documents.appendingPathComponent("large")
        identity = ServerIdentity(
            certificate: folder.appendingPathComponent("server.pem"),
            key: folder.appendingPathComponent("server.key")
        )
        generator = LoadGenerator(log: folder.appendingPathComponent("h2load.log"))
        try FileManager.default.createDirectory(at: documents, withIntermediateDirectories: true)
        for (file, count) in [(smallBody, 100), (smallAnswer, 104), (large, Self.largeBytes)] {
            try Data(repeating: UInt8(ascii: "x"), count: count).write(to: file)
        }
    }

    /// Posts of 100 bytes.
    func small(connections: Int, streams: Int) -> Load {
        Load(connections: connections, streams: streams, body: smallBody)
    }

    /// Starts ours.
    ///
    /// - Parameters:
    ///   - name: how failures call it.
    ///   - loops: how many event loops it has.
    ///   - work: how long each request keeps its loop busy, in microseconds.
    ///   - isSecure: whether it speaks TLS.
    /// - Returns: the server, which listens.
    /// - Throws: ``PinnedProcess/Failure`` if it ends instead.
    func ours(
        _ name: String = "echo-server",
        loops: Int = 1,
        work: Int? = nil,
        isSecure: Bool = false
    ) throws -> EchoServer {
        try EchoServer(
            arguments.server,
            name: name,
            loops: loops,
            work: work,
            identity: isSecure ? identity : nil
        )
    }

    /// Starts nghttpd.
    func theirs(isSecure: Bool = false) throws -> NghttpServer {
        try NghttpServer(
            documents,
            probe: smallAnswer,
            generator: generator,
            identity: isSecure ? identity : nil
        )
    }

    /// How many requests take about as long as a run should; a first, short run says.
    ///
    /// - Parameters:
    ///   - load: how they are sent.
    ///   - server: to whom.
    ///   - sample: how many the short run sends.
    ///   - generator: by whom.
    ///   - seconds: how long a run should take.
    /// - Returns: the number of requests, no less than `sample`.
    /// - Throws: ``PinnedProcess/Failure`` if a request has no answer.
    func calibrate(
        _ load: Load,
        on server: any BenchServer,
        sample: Int = 20_000,
        by generator: LoadGenerator,
        seconds: Double
    ) throws -> Int {
        let report = try generator.send(load, count: sample, to: server)
        return max(sample, Int(report.requestsPerSecond * seconds))
    }

    /// Sends requests and measures what they cost the server.
    func run(
        _ load: Load,
        count: Int,
        on server: any BenchServer,
        by generator: LoadGenerator
    ) throws -> HTTP2Run {
        let before = try server.process.processorTime()
        let report = try generator.send(load, count: count, to: server)
        let used = try server.process.processorTime() - before
        return HTTP2Run(
            microsecondsPerRequest: used / Double(report.total),
            requestsPerSecond: report.requestsPerSecond,
            cipher: report.tlsVersion.map { "\($0) \(report.cipher ?? "")" }
        )
    }
}

/// What one run of requests cost a server.
struct HTTP2Run {
    /// The time that its threads spent on cores.
    let microsecondsPerRequest: Double
    let requestsPerSecond: Double
    /// Version and cipher, if it was TLS.
    let cipher: String?

    /// As `431 k requests/s, core 99 % busy`; two busy cores are 200 %.
    var summary: String {
        let busy = Int((microsecondsPerRequest * requestsPerSecond / 1e4).rounded())
        let rate =
            requestsPerSecond >= 10_000
            ? "\((requestsPerSecond / 1_000).short) k" : requestsPerSecond.short
        return "\(rate) requests/s, core \(busy) % busy"
    }
}
