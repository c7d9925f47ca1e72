import Foundation
import Glibc
import Net
import TestKit
import Testing
import Wire

@Suite("TLS with the peers of the openssl command", .serialized)
struct TLSRealPeerTests {
    let files: TestCertificates

    init() throws { files = try TestCertificates.shared.get() }

    @Test("serves s_client", arguments: ["-tls1_2", "-tls1_3"])
    func serving(version: String) throws {
        let listener = try Socket.listening()
        let peer = try Peer([
            "s_client", "-connect", "127.0.0.1:\(try listener.port())", version, "-alpn", "h2",
            "-servername", "server.test", "-verify_hostname", "server.test",
            "-verify_return_error", "-CAfile", files.path("ca.pem"), "-ign_eof", "-quiet",
            "-cert", files.path("client.pem"), "-key", files.path("client.key"),
        ])
        let context = try TLSContext(
            .server(
                .init(
                    identity: files.identity("server"),
                    clientAuthentication: .required(authoritiesFile: files.path("ca.pem"))
                )
            )
        )
        let connection = SecureConnection(TLSSession(server: context), try listener.accept())
        try connection.run { $0.session.isReady }
        #expect(connection.session.negotiatedProtocol == "h2")
        #expect(connection.session.peerCertificate?.commonName == "client one")
        peer.write("hello\n")
        try connection.run { $0.received.count >= 6 }
        #expect(areSame(connection.received, Array("hello\n".utf8)))

        let text = String(repeating: "0123456789abcde\n", count: 20_000)
        try connection.session.send(text.utf8Span.span.asRawSpan)
        connection.session.finish()
        try connection.flush()
        #expect(peer.readToEnd() == text)
        try connection.run { $0.session.isPeerFinished || $0.isAtEnd }
    }

    @Test("refuses an s_client without our protocol, which is told why")
    func refusing() throws {
        let listener = try Socket.listening()
        let peer = try Peer(
            [
                "s_client", "-connect", "127.0.0.1:\(try listener.port())", "-alpn", "http/1.1",
                "-CAfile", files.path("ca.pem"),
            ],
            withErrors: true
        )
        let context = try TLSContext(.server(.init(identity: files.identity("server"))))
        let connection = SecureConnection(TLSSession(server: context), try listener.accept())
        #expect(throws: TLSError.noSharedProtocol(ours: ["h2"])) {
            try connection.run { $0.session.isReady }
        }
        connection.close()
        #expect(peer.readToEnd().contains("alert no application protocol"))
    }

    @Test(
        "refuses an s_client of an old version or with an old suite",
        arguments: [
            (["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], "unsupported protocol"),
            (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"], "no shared cipher"),
            (["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"], "no shared cipher"),
        ]
    )
    func oldPeers(options: [String], reason: String) throws {
        let listener = try Socket.listening()
        let peer = try Peer(
            ["s_client", "-connect", "127.0.0.1:\(try listener.port())", "-alpn", "h2"] + options,
            withErrors: true
        )
        let context = try TLSContext(.server(.init(identity: files.identity("server"))))
        let connection = SecureConnection(TLSSession(server: context), try listener.accept())
        #expect(
            throws: TLSError.protocolViolation(reason: "the peer broke the protocol: " + reason)
        ) {
            try connection.run { $0.session.isReady }
        }
        connection.close()
        #expect(peer.readToEnd().contains("alert"))
    }

    @Test(
        "resumes the session of an s_client, whose certificate it remembers, by the same context",
        arguments: ["-tls1_2", "-tls1_3"]
    )
    func resumption(version: String) throws {
        let folder = try TemporaryFolder()
        let context = try ReloadableTLSContext(
            .server(
                .init(
                    identity: files.identity("server"),
                    clientAuthentication: .required(authoritiesFile: files.path("ca.pem"))
                )
            )
        )
        let listener = try Socket.listening()
        func connect(_ options: [String]) throws -> TLSSession {
            let peer = try Peer(
                [
                    "s_client", "-connect", "127.0.0.1:\(try listener.port())", version,
                    "-alpn", "h2", "-CAfile", files.path("ca.pem"),
                    "-cert", files.path("client.pem"), "-key", files.path("client.key"),
                    "-quiet", "-ign_eof",
                ] + options
            )
            let session = TLSSession(server: context.current)
            let connection = SecureConnection(session, try listener.accept())
            try connection.run { $0.session.isReady }
            session.finish()
            try connection.flush()
            _ = peer.readToEnd()
            #expect(session.peerCertificate?.commonName == "client one")
            #expect(session.negotiatedProtocol == "h2")
            return session
        }
        let ticket = folder.path("ticket")
        #expect(!OpenSSLCalls.isResumed(try connect(["-sess_out", ticket])))
        #expect(OpenSSLCalls.isResumed(try connect(["-sess_in", ticket])))
        // The keys of tickets are the context's.
        try context.reload()
        #expect(!OpenSSLCalls.isResumed(try connect(["-sess_in", ticket])))
    }

    @Test("is a client of s_server", arguments: ["-tls1_2", "-tls1_3"])
    func calling(version: String) throws {
        let peer = try Peer([
            "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", version, "-alpn", "h2", "-rev",
            "-cert", files.path("server.pem"), "-key", files.path("server.key"),
            "-Verify", "1", "-verify_return_error", "-CAfile", files.path("ca.pem"),
        ])
        let line = try peer.line { $0.hasPrefix("ACCEPT ") }
        let port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
        let context = try TLSContext(
            .client(
                .init(
                    trust: .authorities(file: files.path("ca.pem")),
                    identity: files.identity("client")
                )
            )
        )
        let connection = SecureConnection(
            try TLSSession(client: context, serverName: "server.test"),
            try Socket.connected(to: port)
        )
        try connection.run { $0.session.isReady }
        #expect(connection.session.protocolVersion == (version == "-tls1_2" ? .tls12 : .tls13))
        #expect(connection.session.negotiatedProtocol == "h2")
        let words = "never odd, only even\n"
        try connection.session.send(words.utf8Span.span.asRawSpan)
        try connection.run { $0.received.count >= words.utf8.count }
        #expect(
            String(decoding: connection.received, as: UTF8.self)
                == String(words.dropLast().reversed()) + "\n"
        )
        connection.session.finish()
        try connection.flush()
        connection.close()
    }
}

/// A session on a blocking socket.
private final class SecureConnection {
    let session: TLSSession
    private(set) var received: [UInt8] = []
    private(set) var isAtEnd = false
    private let socket: Socket

    init(_ session: TLSSession, _ socket: Socket) {
        self.session = session
        self.socket = socket
    }

    /// Sends and receives until a condition holds or the connection ends.
    func run(until isDone: (SecureConnection) -> Bool) throws {
        try flush()
        while !isDone(self) {
            let bytes = try socket.read()
            isAtEnd = bytes.isEmpty
            if isAtEnd { return }
            var plaintext = OutputBuffer()
            let outcome = Result {
                try session.receive(bytes.rawBytes, plaintext: &plaintext)
            }
            received += Array(copying: plaintext.bytes)
            try flush()
            try outcome.get()
        }
    }

    func flush() throws {
        var output = OutputBuffer()
        session.takeCiphertext(into: &output)
        try socket.write(Array(copying: output.bytes))
    }

    func close() { socket.close() }
}

/// A blocking TCP socket on the loopback interface that gives up after twenty seconds.
private final class Socket {
    private var descriptor: Int32

    private init(_ descriptor: Int32) throws {
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw SystemError("socket", code: errno) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            // The option is read during the call.
            _ = unsafe setsockopt(
                descriptor,
                SOL_SOCKET,
                option,
                &limit,
                socklen_t(MemoryLayout<timeval>.size)
            )
        }
    }

    deinit { close() }

    static func listening() throws -> Socket {
        let new = try Socket(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        try unsafe new.call("bind", port: 0) { unsafe bind($0, $1, $2) }
        guard listen(new.descriptor, 1) == 0 else { throw SystemError("listen", code: errno) }
        return new
    }

    static func connected(to port: UInt16) throws -> Socket {
        let new = try Socket(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        try unsafe new.call("connect", port: port) { unsafe connect($0, $1, $2) }
        return new
    }

    func port() throws -> UInt16 {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        // The address is written within its size.
        let status = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &size)
            }
        }
        guard status == 0 else { throw SystemError("getsockname", code: errno) }
        return UInt16(bigEndian: address.sin_port)
    }

    func accept() throws -> Socket {
        try Socket(Glibc.accept(descriptor, nil, nil))
    }

    func read() throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 70_000)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw SystemError("read", code: errno) }
        return Array(bytes.prefix(count))
    }

    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count >= 0 else { throw SystemError("send", code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    private func call(
        _ name: String,
        port: UInt16,
        _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // The address is read within its size.
        let status = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw SystemError(name, code: errno) }
    }
}

/// A running `openssl` command.
private final class Peer {
    private let process: Process
    private let input: Pipe
    private let output: Pipe

    init(_ arguments: [String], withErrors: Bool = false) throws {
        let (process, pipes) = try Process.start { process in
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["openssl"] + arguments
            let (input, output) = (Pipe(), Pipe())
            process.standardInput = input
            process.standardOutput = output
            process.standardError = withErrors ? output : FileHandle.nullDevice
            return (input, output)
        }
        self.process = process
        (input, output) = pipes
    }

    deinit {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }

    func write(_ text: String) {
        input.fileHandleForWriting.write(Data(text.utf8))
    }

    func readToEnd() -> String {
        String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    /// Reads lines up to the one that is looked for.
    func line(where matches: (String) -> Bool) throws -> String {
        var text = ""
        while true {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw OpenSSLCommandError(text: text) }
            text += String(decoding: more, as: UTF8.self)
            let whole = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let found = whole.first(where: { matches(String($0)) }) { return String(found) }
        }
    }
}
