import Foundation
import TestKit
import Testing

@testable import Command

/// What nghttpx makes of requests by the settings that it is given.
@Suite("The edge", .serialized, .timeLimit(.minutes(5)))
struct EdgeTests {
    private static let versions = ["--http1.1", "--http2"]

    @Test("says where a request comes from, whatever the caller says", arguments: versions)
    func forwarding(version: String) async throws {
        let edge = try EdgeFixture()
        let answer = try await edge.curl(
            "/",
            version,
            "--header",
            "x-forwarded-for: 192.0.2.1",
            "--header",
            "forwarded: for=192.0.2.1;proto=http",
            "--header",
            "x-forwarded-proto: http"
        )
        #expect(answer == "first\n 200")
        let request = try #require(try edge.requests().first)
        #expect(request.values("x-forwarded-for") == ["127.0.0.1"])
        #expect(request.values("forwarded") == [])
        #expect(request.values("x-forwarded-proto") == ["https"])
    }

    @Test("sends a request once, if the gateway dies of it too", arguments: versions)
    func once(version: String) async throws {
        let edge = try EdgeFixture()
        for (number, method) in ["POST", "GET"].enumerated() {
            let answer = try await edge.curl("/die?\(number)", version, "--request", method)
            // HTTP/1.1 has an answer, HTTP/2 a stream that is reset.
            #expect(answer.hasSuffix(version == "--http2" ? " 000" : " 502"), "\(answer)")
        }
        #expect(try await edge.curl("/after", version) == "first\n 200")
        let paths = try edge.requests().flatMap { $0.values(":path") }
        #expect(paths == ["/die?0", "/die?1", "/after"])
    }

    @Test("passes large bodies on whole, and limits none itself", arguments: versions)
    func largeBody(version: String) async throws {
        let edge = try EdgeFixture()
        let file = edge.folder.path + "/body"
        try Data(count: 17 << 20).write(to: URL(fileURLWithPath: file))
        let answer = try await edge.curl("/", version, "--data-binary", "@\(file)")
        #expect(answer == "first\n 200")
        #expect(try edge.requests().map(\.bytes) == [17 << 20])
    }

    @Test("lets no header pass that is too large or has too many fields", arguments: versions)
    func largeHeader(version: String) async throws {
        let edge = try EdgeFixture()
        let large = "large: " + String(repeating: "a", count: 30_000)
        #expect(try await edge.curl("/", version, "--header", large) != "first\n 200")
        let file = edge.folder.path + "/fields"
        try (0..<95).map { "field-\($0): a\n" }.joined()
            .write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try await edge.curl("/", version, "--header", "@\(file)") != "first\n 200")
        #expect(try await edge.curl("/after", version) == "first\n 200")
        #expect(try edge.requests().flatMap { $0.values(":path") } == ["/after"])
    }

    @Test("waits for nobody who does not come to the point, but for answers")
    func slowStrangers() async throws {
        let edge = try EdgeFixture("frontend-read-timeout=1s", "frontend-http2-read-timeout=1s")
        #expect(try await edge.isClosed(after: "POST / HTTP/1.1\\r\\n", application: "http/1.1"))
        let preface = "PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n"
        let settings = "\\0\\0\\0\\4\\0\\0\\0\\0\\0\\0\\0\\0\\4\\1\\0\\0\\0\\0"
        #expect(try await edge.isClosed(after: preface + settings, application: "h2"))
        for version in Self.versions {
            #expect(try await edge.curl("/events?3", version) == "first\nsecond\n 200")
        }
    }

    @Test("is told in compose what it is told by `sextant up`")
    func compose() throws {
        func settings(_ text: String) -> Set<String> {
            Set(text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") })
        }
        let file = OutsideProgram.repository + "/deploy/compose/edge.conf"
        let compose = settings(try String(contentsOfFile: file, encoding: .utf8))
        let ours = settings(
            EdgeConfiguration(
                address: "0.0.0.0",
                port: 8_080,
                backend: "gateway,50051",
                certificate: nil
            ).text
        )
        #expect(compose.subtracting(ours) == ["backend=gateway,50051;/;proto=h2;dns;fall=0"])
        #expect(ours.subtracting(compose) == ["backend=gateway,50051;/;proto=h2;fall=0"])
    }
}
