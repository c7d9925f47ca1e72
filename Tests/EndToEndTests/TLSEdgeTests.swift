import Foundation
import TestKit
import Testing

/// Clients and strangers at the edge of a whole installation.
@Suite("The edge with TLS", .timeLimit(.minutes(10)))
struct TLSEdgeTests {
    @Test("speaks every protocol, refuses what is not served, and keeps callers apart")
    func edge() async throws {
        let sextant = try InstalledSextant()
        let authority = try certificate(of: sextant)
        let up = try await sextant.up()
        #expect(up.status == 0, "\(up.errors)")
        let status = try await sextant.json("status")
        let url = try #require(status["url"] as? String)
        let key = try #require(status["key"] as? String)
        #expect(url.hasPrefix("https://"))
        try await protocols(url, key, authority)
        try await largeBodies(url, key, authority)
        try await strangers(url, key, authority)
    }

    /// Lays a certificate where `sextant up` looks for one.
    private func certificate(of sextant: InstalledSextant) throws -> String {
        try sextant.settings("sextant", "")
        let chain = sextant.folder + "/config/tls.crt"
        try SelfSignedCertificate.make(chain: chain, key: sextant.folder + "/config/tls.key")
        return chain
    }

    private func protocols(_ url: String, _ key: String, _ authority: String) async throws {
        for version in ["--http1.1", "--http2"] {
            let answer = try await OutsideProgram.run(
                "curl",
                "--silent",
                "--show-error",
                "--cacert",
                authority,
                version,
                "--header",
                "authorization: Bearer \(key)",
                url + "/api/control/status"
            )
            #expect(answer.text.contains(#""name":"mmm","state":"serving""#), "\(answer.errors)")
        }
        let stranger = try await OutsideProgram.run("curl", "--silent", url + "/api/health")
        #expect(stranger.status == 60, "a client that does not know the authority")
        let calls = try await GRPCCalls.run(
            String(url.dropFirst("https://".count)),
            by: authority,
            [.init("grpc.health.v1.Health/Check", #"{"service":""}"#)]
        )
        #expect(calls == [#"{"status": "SERVING"}"#])
    }

    /// A body is asked for or refused by the gateway, in its words: a client that waited in vain
    /// to hear either would wait for too long.
    private func largeBodies(_ url: String, _ key: String, _ authority: String) async throws {
        let (good, large) = (try Self.body(of: 3 << 20), try Self.body(of: 17 << 20))
        defer { for file in [good, large] { file.remove() } }
        let target = url + "/sextant.control.v1.Control/GetStatus"
        let fields = [
            "--header", "authorization: Bearer \(key)", "--header",
            "content-type: application/json",
        ]
        let curl = [
            "curl", "--silent", "--show-error", "--cacert", authority, "--header",
            "expect: 100-continue", "--expect100-timeout", "300", "--max-time", "120",
        ]
        for version in ["--http1.1", "--http2"] {
            let answer = try await OutsideProgram.run(
                curl + fields + [version, "--data-binary", "@\(good.path)", target]
            )
            #expect(answer.text.contains(#""name":"mmm""#), "\(version): \(answer.errors)")
        }
        let old = try await OutsideProgram.run(
            curl + fields + ["--http1.1", "--data-binary", "@\(large.path)", target]
        )
        #expect(old.text.contains("the body may have 16777216 bytes at most"), "\(old.errors)")
        // The edge resets the stream of HTTP/2 with the answer, which curl makes nothing of.
        let new = try await OutsideProgram.run(
            ["nghttp", "--data", large.path] + fields + [target]
        )
        #expect(new.text.contains("the body may have 16777216 bytes at most"), "\(new.errors)")
    }

    /// A message without fields, in many bytes.
    private static func body(of size: Int) throws -> TemporaryFile {
        try TemporaryFile("{" + String(repeating: " ", count: size - 2) + "}")
    }

    /// Many callers share one connection between the edge and the gateway: what one of them does
    /// to it must not end the calls of others.
    private func strangers(_ url: String, _ key: String, _ authority: String) async throws {
        let output = try await OutsideProgram.run(
            OutsideProgram.python,
            GRPCCalls.peer("edge_strangers.py"),
            String(url.dropFirst("https://".count)),
            authority,
            key
        )
        let expected = [
            "watch 1", "cancelled 200", "upgrade HTTP/1.1 400 Bad Request",
            "connect HTTP/1.1 404 Not Found", "cookies 431", "unending closed", "watch goes on",
            "check 1",
        ]
        #expect(output.text.split(separator: "\n").map(String.init) == expected, "\(output.errors)")
    }
}
