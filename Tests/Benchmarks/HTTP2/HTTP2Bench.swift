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
}
