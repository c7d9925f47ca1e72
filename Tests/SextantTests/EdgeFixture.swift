import Foundation
import Glibc
import TestKit
import Testing

@testable import Command

/// nghttpx as `sextant up` configures it, before a backend that keeps what reaches it.
final class EdgeFixture {
    /// One request, as it reached the backend.
    struct Request: Decodable {
        let fields: [[String]]
        let bytes: Int

        /// All values of a field.
        func values(_ name: String) -> [String] {
            fields.filter { $0.first == name }.compactMap { $0.last }
        }
    }

    let folder: TemporaryFolder
    private let backend: Process
    private let output: Pipe
    private let edge: Daemon
    private let port: UInt16

    /// Starts both.
    ///
    /// - Parameter settings: lines that are added to the edge's.
    /// - Throws: an error if one of them does not start.
    init(_ settings: String...) throws {
        folder = try TemporaryFolder()
        edge = Daemon(
            name: "edge",
            lockFile: folder.path + "/edge.lock",
            logFile: folder.path + "/edge.log",
            stopSignal: SIGQUIT
        )
        (backend, output) = try Process.start { backend in
            backend.executableURL = URL(fileURLWithPath: OutsideProgram.python)
            backend.arguments = [
                OutsideProgram.repository + "/Tests/SextantTests/Peers/edge_backend.py"
            ]
            let output = Pipe()
            backend.standardOutput = output
            return output
        }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let gateway = try #require(UInt16(line.filter { $0 != "\n" }), "the backend's port")

        port = try FreePort.find()
        let certificate = EdgeConfiguration.Certificate(
            chain: folder.path + "/tls.crt",
            key: folder.path + "/tls.key"
        )
        try SelfSignedCertificate.make(chain: certificate.chain, key: certificate.key)
        let configuration = EdgeConfiguration(
            address: "127.0.0.1",
            port: port,
            backend: "127.0.0.1,\(gateway)",
            certificate: certificate
        )
        let file = folder.path + "/edge.conf"
        let text = configuration.text + settings.map { $0 + "\n" }.joined()
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let program = try #require(EdgeProxy.program)
        let child = try edge.start(ProgramCall(path: program, arguments: ["--conf=\(file)"]))
        try edge.awaitReady(child, within: .seconds(20)) { PortHolder.of(port: port) != nil }
    }

    deinit {
        _ = try? edge.stop(within: .seconds(5))
        endBackend()
    }

    /// It may have been started with other signals blocked.
    private func endBackend() {
        if backend.isRunning { kill(backend.processIdentifier, SIGKILL) }
    }

    /// Asks by curl, which trusts the edge's certificate.
    ///
    /// - Parameters:
    ///   - path: what for.
    ///   - options: those of curl.
    /// - Returns: the answer, then a space and the status, 000 if there was none.
    /// - Throws: an error if curl cannot be started.
    func curl(_ path: String, _ options: String...) async throws -> String {
        let common = [
            "curl", "--silent", "--cacert", folder.path + "/tls.crt", "--max-time", "60",
            "--write-out", " %{http_code}",
        ]
        return try await OutsideProgram.run(
            common + options + ["https://127.0.0.1:\(port)\(path)"]
        ).text
    }

    /// Sends bytes over TLS, and waits for the end of the connection.
    ///
    /// - Parameters:
    ///   - bytes: as Python writes them between quotes.
    ///   - application: the protocol that is agreed on, as `h2`.
    /// - Returns: whether it came.
    /// - Throws: an error if the client cannot be started.
    func isClosed(after bytes: String, application: String) async throws -> Bool {
        let script = """
            import socket, ssl, sys
            context = ssl.create_default_context(cafile=sys.argv[1])
            context.set_alpn_protocols([sys.argv[3]])
            plain = socket.create_connection(("127.0.0.1", int(sys.argv[2])), timeout=60)
            stream = context.wrap_socket(plain, server_hostname="127.0.0.1")
            stream.sendall(b"\(bytes)")
            try:
                while stream.recv(65536): pass
            except ConnectionError: pass
            print("closed")
            """
        let output = try await OutsideProgram.run(
            [OutsideProgram.python, "-c", script, folder.path + "/tls.crt", "\(port)", application]
        )
        #expect(output.status == 0, "\(output.errors)")
        return output.text == "closed\n"
    }

    /// What has reached the backend, which is ended.
    func requests() throws -> [Request] {
        endBackend()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        return try text.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Request.self, from: Data($0))
        }
    }
}
