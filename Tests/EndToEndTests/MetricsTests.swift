import Foundation
import TestKit
import Testing

@Suite("The metrics port of a program", .timeLimit(.minutes(5)))
struct MetricsTests {
    /// An example that has been called twice, once in vain.
    private static func calledServer() async throws -> ServerProcess {
        let server = try ServerProcess.example(["SEXTANT_TRACE_RATIO": "1"])
        _ = try await GRPCCalls.run(
            try await server.address(),
            [.init("Relay"), .init("Fail", #"{"code":5,"message":"none"}"#)]
        )
        // The answer is there before it is counted.
        for route in ["Relay", "Fail"] {
            try await server.record("call served") { $0["route"]?.hasSuffix(route) == true }
        }
        return server
    }

    private static func curl(_ arguments: String...) async throws -> String {
        let output = try await OutsideProgram.run(
            ["curl", "--silent", "--show-error", "--max-time", "60"] + arguments
        )
        #expect(output.status == 0, "\(output.errors)")
        return output.text
    }

    @Test("is read by curl, and its text is as promtool wants it")
    func lint() async throws {
        let server = try await Self.calledServer()
        let base = "http://" + (try await server.metricsAddress())
        #expect(try await Self.curl(base + "/livez") == "live\n")
        #expect(try await Self.curl(base + "/readyz").hasPrefix(#"{"ready":true,"draining":false"#))
        let text = try await Self.curl(base + "/metrics")
        #expect(text.contains(#"method="Relay",code="OK"} 1"#))
        #expect(text.contains(#"build_info{service="example",version="1.0.0","#))
        #expect(text.contains("\nprocess_cpu_seconds_total "))
        // Debian's promtool reads this form only; Prometheus reads the other one below.
        let lint = try await Self.promtool(text)
        #expect(lint.status == 0 && lint.errors.isEmpty, "\(lint.text)\(lint.errors)")
        // And it would have said what it does not like.
        let help = text.split(separator: "\n").filter { !$0.hasPrefix("# HELP build_info") }
        #expect(try await Self.promtool(help.joined(separator: "\n") + "\n").status == 3)
        #expect(try await server.stop() == 0)
    }

    private static func promtool(_ text: String) async throws -> OutsideProgram.Output {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("metrics-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await OutsideProgram.run(
            "sh",
            "-c",
            #"exec promtool check metrics < "$0""#,
            file.path
        )
    }

    @Test("is scraped by Prometheus in both forms, with exemplars")
    func scrape() async throws {
        let server = try await Self.calledServer()
        let output = try await OutsideProgram.run(
            OutsideProgram.python,
            GRPCCalls.peer("prometheus_scrape.py"),
            try await server.metricsAddress()
        )
        #expect(output.status == 0, "\(output.errors)")
        let labels = "sextant.testing.v1.Example"
        #expect(
            output.text == """
                openmetrics health: up
                openmetrics type: application/openmetrics-text; version=1.0.0; charset=utf-8
                openmetrics {'code': 'NOT_FOUND', 'method': 'Fail', 'service': '\(labels)'} 1
                openmetrics {'code': 'OK', 'method': 'Relay', 'service': '\(labels)'} 1
                text health: up
                text type: text/plain; version=0.0.4; charset=utf-8
                text {'code': 'NOT_FOUND', 'method': 'Fail', 'service': '\(labels)'} 1
                text {'code': 'OK', 'method': 'Relay', 'service': '\(labels)'} 1
                exemplars: True

                """
        )
        #expect(try await server.stop() == 0)
    }
}
