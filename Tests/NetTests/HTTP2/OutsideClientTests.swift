import Foundation
import HTTP2
import TestKit
import Testing
import Wire

@testable import Net

/// Programs that others wrote, as clients of our server.
@Suite("Outside clients", .serialized, .timeLimit(.minutes(3)))
struct OutsideClientTests {
    @Test(
        "curl posts bodies of many sizes and gets them back",
        arguments: [0, 1, 5_000, 2_000_000]
    )
    func curl(size: Int) async throws {
        let folder = try TemporaryFolder()
        let body = SharedBytes.pattern(size)
        let file = try folder.write(body)
        let fixture = try ServerFixture()
        let output = try await OutsideProgram.run(
            "curl",
            "--silent",
            "--show-error",
            "--http2-prior-knowledge",
            "--data-binary",
            "@" + file,
            "--write-out",
            "%{stderr}%{http_version} %{http_code}",
            "http://127.0.0.1:\(fixture.port)/"
        )
        #expect(output.status == 0)
        #expect(output.errors == "2 200")
        #expect(output.bytes == Array(copying: body.bytes))
        await fixture.stop()
    }

    @Test("curl with TLS agrees on h2, and one that knows HTTP/1.1 only is refused")
    func curlWithTLS() async throws {
        let files = try TestCertificates.shared.get()
        var configuration = HTTP2ServerConfiguration()
        configuration.tls = try ReloadableTLSContext(
            .server(.init(identity: files.identity("server")))
        )
        let fixture = try ServerFixture(configuration)
        let url = "https://server.test:\(fixture.port)/a"
        let common = [
            "curl", "--silent", "--show-error", "--cacert", files.path("ca.pem"), "--resolve",
            "server.test:\(fixture.port):127.0.0.1", "--data", "hello",
        ]
        let good = try await OutsideProgram.run(common + ["--http2", url])
        #expect(good.text == "hello", "\(good.errors)")
        let old = try await OutsideProgram.run(common + ["--http1.1", url])
        #expect(old.status != 0)
        await fixture.stop()
    }

    @Test(
        "curl reads an answer that comes before it has sent all",
        arguments: [200_000, 20_000_000]
    )
    func earlyAnswer(size: Int) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(.pattern(size))
        let fixture = try ServerFixture { exchange in
            exchange.respond([":status": "401"])
            exchange.finish(sending: SharedBytes(Array("who are you?".utf8)))
        }
        let output = try await OutsideProgram.run(
            Self.curl + ["--upload-file", file, "http://127.0.0.1:\(fixture.port)/"]
        )
        #expect(output.status == 0, "\(output.errors)")
        #expect(output.text == "who are you?")
        await fixture.stop()
    }

    @Test("curl that waits for status 100 is told to send its body")
    func expectation() async throws {
        let folder = try TemporaryFolder()
        let body = SharedBytes.pattern(2_000_000)
        let file = try folder.write(body)
        let fixture = try ServerFixture()
        // Without it curl would wait until it is too late.
        let output = try await OutsideProgram.run(
            Self.curl + [
                "--header", "expect: 100-continue", "--expect100-timeout", "300", "--max-time",
                "60",
                "--upload-file", file, "http://127.0.0.1:\(fixture.port)/",
            ]
        )
        #expect(output.status == 0, "\(output.errors)")
        #expect(output.bytes == Array(copying: body.bytes))
        await fixture.stop()
    }

    /// curl as it speaks to a server in plain text.
    private static let curl = [
        "curl", "--silent", "--show-error", "--http2-prior-knowledge",
    ]

    @Test("nghttp sends many requests on one connection")
    func nghttp() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(.pattern(50_000))
        let fixture = try ServerFixture()
        let output = try await OutsideProgram.run(
            "nghttp",
            "--null-out",
            "--stat",
            "--multiply=20",
            "--data=" + file,
            "http://127.0.0.1:\(fixture.port)/"
        )
        #expect(output.status == 0)
        #expect(output.text.components(separatedBy: " 200 ").count - 1 == 20, "\(output.text)")
        await fixture.stop()
    }

    @Test("h2load has all its requests answered", arguments: [false, true])
    func h2load(isSecure: Bool) async throws {
        let files = try TestCertificates.shared.get()
        var configuration = HTTP2ServerConfiguration()
        if isSecure {
            configuration.tls = try ReloadableTLSContext(
                .server(.init(identity: files.identity("server")))
            )
        }
        let folder = try TemporaryFolder()
        let file = try folder.write(.pattern(100))
        let fixture = try ServerFixture(configuration)
        let output = try await OutsideProgram.run(
            "h2load",
            "--requests=5000",
            "--clients=10",
            "--max-concurrent-streams=20",
            "--data=" + file,
            "\(isSecure ? "https" : "http")://127.0.0.1:\(fixture.port)/"
        )
        #expect(output.text.contains("5000 succeeded, 0 failed, 0 errored, 0 timeout"))
        #expect(output.text.contains("status codes: 5000 2xx"))
        #expect(fixture.server.requestsByLoop.reduce(0, +) == 5_000)
        await fixture.stop()
    }

    @Test("h2 of Python streams, resets and reads trailers")
    func python() async throws {
        let fixture = try ServerFixture()
        let output = try await OutsideProgram.run(
            OutsideProgram.python,
            OutsideProgram.repository + "/Tests/NetTests/Peers/http2_client.py",
            "\(fixture.port)"
        )
        #expect(output.status == 0, "\(output.errors)")
        #expect(output.text == "echo ok\ntrailers ok\nreset ok\npings ok\ngoaway ok\n")
        await fixture.stop()
    }

    @Test("openssl s_client agrees on h2 and gets our settings")
    func openssl() async throws {
        let files = try TestCertificates.shared.get()
        var configuration = HTTP2ServerConfiguration()
        configuration.tls = try ReloadableTLSContext(
            .server(.init(identity: files.identity("server")))
        )
        let fixture = try ServerFixture(configuration)
        let output = try await OutsideProgram.run(
            "openssl",
            "s_client",
            "-connect",
            "127.0.0.1:\(fixture.port)",
            "-alpn",
            "h2",
            "-CAfile",
            files.path("ca.pem"),
            "-verify_hostname",
            "server.test",
            "-verify_return_error"
        )
        #expect(output.text.contains("ALPN protocol: h2"))
        #expect(output.text.contains("Verification: OK"))
        await fixture.stop()
    }
}

extension TemporaryFolder {
    /// Writes a file of the folder.
    ///
    /// - Returns: its path.
    fileprivate func write(_ bytes: SharedBytes) throws -> String {
        let file = path("body")
        try Data(Array(copying: bytes.bytes)).write(to: URL(fileURLWithPath: file))
        return file
    }
}
