import Foundation
import TestKit

/// A server under load.
protocol BenchServer {
    var process: PinnedProcess { get }
    /// As `https://127.0.0.1:8443`.
    var origin: String { get }
    /// Stops it.
    func stop() throws
}

/// The certificate and key that servers have for TLS.
struct ServerIdentity {
    let certificate: URL
    let key: URL
}

/// Our echo server, which answers with the body it gets.
struct EchoServer: BenchServer {
    let process: PinnedProcess
    let origin: String

    /// Starts it and waits until it listens.
    ///
    /// - Parameters:
    ///   - program: where it is.
    ///   - name: how failures call it.
    ///   - loops: how many event loops it has, each on a core of its own.
    ///   - work: how long each request keeps its loop busy, in microseconds.
    ///   - identity: for TLS.
    /// - Throws: ``PinnedProcess/Failure`` if it ends instead.
    init(
        _ program: URL,
        name: String = "echo-server",
        loops: Int = 1,
        work: Int? = nil,
        identity: ServerIdentity? = nil
    ) throws {
        var arguments = ["--loops", "\(loops)"]
        if let work { arguments += ["--work", "\(work)"] }
        if let identity {
            arguments += ["--certificate", identity.certificate.path, "--key", identity.key.path]
        }
        let cores = (0..<loops).map(String.init).joined(separator: ",")
        process = try PinnedProcess(name, program: program.path, arguments, cores: cores)
        let scheme = identity == nil ? "http" : "https"
        origin = "\(scheme)://\(try process.address())"
    }

    func stop() throws { _ = try stopCounting() }

    /// Stops it in good order.
    ///
    /// - Returns: how many requests each loop had, as `[500, 500]`.
    func stopCounting() throws -> String {
        try process.closeInput()
        // The end of its output: it has at most five seconds for streams in flight.
        let status = try process.waitForEnd(seconds: 15)
        let text = try process.readToEnd()
        let said = "requests by loop: "
        guard status == 0, text.hasPrefix(said) else {
            throw PinnedProcess.Failure(
                description: "\(process.name) stopped with \(status) and said: \(text)"
            )
        }
        return text.dropFirst(said.count).trimmingCharacters(in: .newlines)
    }
}

extension PinnedProcess {
    /// Waits for the line of a server that says where it listens.
    ///
    /// - Returns: the address, as `127.0.0.1:50051`.
    /// - Throws: ``Failure`` if it ends or says something else.
    func address() throws -> Substring {
        let line = try readLine()
        let said = "listening on "
        guard line.hasPrefix(said) else {
            throw Failure(description: "\(name) does not listen; it said: \(line)")
        }
        return line.dropFirst(said.count)
    }
}

/// nghttpd with one worker, which takes the body of a POST and answers with a file.
struct NghttpServer: BenchServer {
    let process: PinnedProcess
    let origin: String

    /// Starts it and waits until it answers.
    ///
    /// - Parameters:
    ///   - folder: the files it serves.
    ///   - probe: one of them, to ask for.
    ///   - generator: who asks.
    ///   - identity: for TLS.
    /// - Throws: ``PinnedProcess/Failure`` if it never does.
    init(
        _ folder: URL,
        probe: URL,
        generator: LoadGenerator,
        identity: ServerIdentity? = nil
    ) throws {
        // It cannot choose a free port; on one that somebody has taken meanwhile, it ends.
        for _ in 0..<10 {
            let port = Int(try FreePort.find())
            let server = try NghttpServer(folder, port: port, identity: identity)
            let end = ContinuousClock.now + .seconds(5)
            while server.process.isRunning, ContinuousClock.now < end {
                guard try generator.isAnswered(by: server, body: probe) else { continue }
                guard server.process.isRunning else { break }
                self = server
                return
            }
        }
        throw PinnedProcess.Failure(description: "nghttpd does not answer on any port")
    }

    private init(_ folder: URL, port: Int, identity: ServerIdentity?) throws {
        let tls = identity.map { [$0.key.path, $0.certificate.path] } ?? []
        process = try PinnedProcess(
            "nghttpd",
            program: "nghttpd",
            ["-a", "127.0.0.1", "-d", folder.path] + (identity == nil ? ["--no-tls"] : [])
                + ["\(port)"] + tls,
            cores: "0"
        )
        origin = "\(identity == nil ? "http" : "https")://127.0.0.1:\(port)"
    }

    func stop() throws {
        process.terminate()
        try process.waitForEnd(seconds: 5)
    }
}
