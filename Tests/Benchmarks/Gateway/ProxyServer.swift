import Foundation
import TestKit

/// A program that takes calls at a port that it is told: the example's service, our gateway before
/// it, or a peer in the gateway's place.
struct ProxyServer: BenchServer {
    let process: PinnedProcess
    let origin: String
    let port: Int

    /// Starts it and waits until it answers.
    ///
    /// - Parameters:
    ///   - name: how reports and failures call it.
    ///   - cores: the cores it may use.
    ///   - command: what is run, for a port: a program and its arguments.
    ///   - isReady: whether it answers as it should.
    /// - Throws: ``PinnedProcess/Failure`` if it never does; what the closures throw.
    init(
        _ name: String,
        cores: String,
        command: (Int) throws -> [String],
        isReady: (ProxyServer) throws -> Bool
    ) throws {
        // On a port that somebody has taken meanwhile, it ends.
        for _ in 0..<10 {
            let port = Int(try FreePort.find())
            let server = try ProxyServer(name, cores, port, try command(port))
            let end = ContinuousClock.now + .seconds(20)
            while server.process.isRunning, ContinuousClock.now < end {
                guard try isReady(server), server.process.isRunning else { continue }
                self = server
                return
            }
            guard !server.process.isRunning else { break }
            let said = try server.process.readToEnd()
            guard said.isEmpty || said.lowercased().contains("address") else {
                throw PinnedProcess.Failure(description: "\(name) has ended; it said: \(said)")
            }
        }
        throw PinnedProcess.Failure(description: "\(name) does not answer on any port")
    }

    private init(_ name: String, _ cores: String, _ port: Int, _ command: [String]) throws {
        self.port = port
        origin = "http://127.0.0.1:\(port)"
        process = try PinnedProcess(
            name,
            program: "env",
            command,
            cores: cores
        )
    }

    /// Ends it as it is: none has anything to keep, and peers may wait for connections to end.
    func stop() { process.end() }
}
