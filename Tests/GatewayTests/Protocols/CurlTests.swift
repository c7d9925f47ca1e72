import Foundation
import Tenancy
import TestKit
import Testing

/// Calls by curl, as the README shows them.
@Suite("curl at the gateway", .timeLimit(.minutes(5)))
struct CurlTests {
    private func curl(_ gateway: GatewayFixture, _ arguments: String...) async throws -> String {
        let key = try await gateway.key()
        let output = try await OutsideProgram.run(
            ["curl", "--silent", "--show-error", "--http2-prior-knowledge", "--max-time", "60"]
                + ["--header", "x-api-key: \(key.reveal())"]
                + arguments.map { $0.replacing("URL", with: "http://\(gateway.address)") }
        )
        #expect(output.status == 0, "\(output.errors)")
        return output.text
    }

    @Test("gets JSON, CSV and events, and posts forms of each protocol")
    func curl() async throws {
        let gateway = try await GatewayFixture.shared.value
        let line = "URL/v1/example:line?count=2"
        #expect(
            try await curl(gateway, line)
                == #"{"direction":"DIRECTION_UNSPECIFIED","x":["0","1"],"y":[0,1],"labelNames":[]}"#
        )
        #expect(
            try await curl(gateway, "--header", "accept: text/csv", line)
                == "x,y,labelNames\r\n0,0,\r\n1,1,\r\n"
        )
        #expect(
            try await curl(
                gateway,
                "--header",
                "accept: text/event-stream",
                "URL/v1/example:stream?count=1"
            ) == "id: 1\ndata: {\"number\":0,\"payload\":\"\"}\n\nevent: end\ndata: {}\n\n"
        )
        #expect(
            try await curl(
                gateway,
                "--json",
                #"{"count":1}"#,
                "URL/sextant.testing.v1.Example/PlotLine"
            ) == #"{"x":["0"],"y":[0]}"#
        )
        let problem = try await curl(gateway, "--request", "PUT", "URL/v1/items")
        #expect(problem.contains(#""status":405"#))
    }

    @Test("is asked for a long body that it keeps until then")
    func expectation() async throws {
        let gateway = try await GatewayFixture.shared.value
        let file = try Self.file(of: 3 << 20)
        defer { file.remove() }
        let answer = try await curl(
            gateway,
            // Without status 100 it would wait until it is too late.
            "--header",
            "expect: 100-continue",
            "--expect100-timeout",
            "300",
            "--data-binary",
            "@" + file.path,
            "URL/v1/example/big:digest"
        )
        #expect(answer.contains(#""size":"3145728""#), "\(answer)")
    }

    @Test("reads why it is refused, however much it has to send", arguments: [1 << 18, 32 << 20])
    func earlyAnswer(size: Int) async throws {
        let gateway = try await GatewayFixture.shared.value
        let file = try Self.file(of: size)
        defer { file.remove() }
        let output = try await OutsideProgram.run(
            "curl",
            "--silent",
            "--show-error",
            "--http2-prior-knowledge",
            "--max-time",
            "60",
            "--data-binary",
            "@" + file.path,
            "http://\(gateway.address)/v1/example/big:digest"
        )
        #expect(output.status == 0, "\(output.errors)")
        #expect(output.text.contains(#""status":401"#), "\(output.text)")
    }

    private static func file(of size: Int) throws -> TemporaryFile {
        try TemporaryFile(String(repeating: "a", count: size))
    }

    @Test("finds the description of the interface")
    func openAPI() async throws {
        let gateway = try await GatewayFixture.shared.value
        let answer = try await gateway.request("GET", "/v1/openapi.json")
        #expect(answer.status == 200 && answer["content-type"] == "application/json")
        let document = try JSONSerialization.jsonObject(with: Data(answer.body))
        #expect((document as? [String: Any])?["openapi"] as? String == "3.1.0")
        let other = try await gateway.request("POST", "/v1/openapi.json", body: [])
        #expect(other.status == 405 && other["allow"] == "GET, HEAD")
    }
}
