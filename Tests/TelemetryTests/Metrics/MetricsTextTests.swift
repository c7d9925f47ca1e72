import Foundation
import TestKit
import Testing

@testable import Telemetry

@Suite("The text of metrics")
struct MetricsTextTests {
    /// One of each kind of metric, with all that has to be escaped.
    private static func richRegistry() throws -> MetricRegistry {
        let registry = MetricRegistry(now: { UTCTimestamp(milliseconds: 1_772_323_199_042) })
        let durations = registry.histogram(
            "http_server_request_duration_seconds",
            help: "How long a \"request\" took:\nback\\slash.",
            unit: "seconds",
            labels: ["method"],
            bounds: [0.005, 1, 2.5, 1_000_000]
        )
        let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"
        let sampled = try #require(TraceContext(traceparent: traceparent + "1"))
        let unsampled = try #require(TraceContext(traceparent: traceparent + "0"))
        let ofGet = durations.series("GET")
        ofGet.observe(0.005, in: unsampled)
        ofGet.observe(0.25, in: sampled)
        ofGet.observe(.milliseconds(500), in: sampled)
        ofGet.observe(2_000_000, in: sampled)
        ofGet.observe(.nan, in: sampled)
        ofGet.observe(-1, in: sampled)
        let handled = registry.counter(
            "grpc_server_handled_total",
            help: "Calls that have ended.",
            labels: ["method", "code"]
        )
        let strange = handled.series("a\\b\"c\nd", "é")
        strange.increment(by: .max)
        strange.increment(by: .max)
        strange.increment()
        handled.series("Create", "OK").increment(by: 3)
        handled.series("Create", "NOT_FOUND").increment()
        registry.counter(
            "pool_wait_seconds_total",
            help: "How long callers have waited for connections.",
            unit: "seconds"
        ).add(.milliseconds(1_750))
        registry.gauge("pool_in_use", help: "Connections that someone holds.").add(-2)
        let ages = registry.readGauge(
            "queue_age_seconds",
            help: "How old the oldest job is.",
            unit: "seconds",
            labels: ["queue"]
        )
        for (queue, age) in [("c", .nan), ("a", 12.5), ("b", .infinity)] as [(String, Double)] {
            ages.series(queue).read { age }
        }
        ages.series("d").read { nil }
        registry.registerBuildInfo(service: "ingest", version: "1.2.3", revision: "abc")
        return registry
    }

    @Test(
        "is, to the byte, what the specification says of one of each kind",
        arguments: [
            (MetricsFormat.prometheus, "rich.prometheus.txt"),
            (MetricsFormat.openMetrics, "rich.openmetrics.txt"),
        ]
    )
    func golden(format: MetricsFormat, name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Inputs/\(name)")
        let expected = try String(contentsOf: file, encoding: .utf8)
        let text = String(decoding: try Self.richRegistry().text(format), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let expectedLines = expected.split(separator: "\n", omittingEmptySubsequences: false)
        for (line, expectedLine) in zip(lines, expectedLines) { #expect(line == expectedLine) }
        #expect(lines.count == expectedLines.count)
    }

    @Test("is the same each time it is asked for, in whatever order things were registered")
    func deterministic() throws {
        for format in MetricsFormat.allCases {
            let text = try Self.richRegistry().text(format)
            #expect(try Self.richRegistry().text(format) == text)
        }
        let names = ["b", "a_c", "a", "ab", "c"]
        let first = MetricRegistry()
        let second = MetricRegistry()
        for name in names { first.gauge(name, help: "H").set(1) }
        for name in names.reversed() { second.gauge(name, help: "H").set(1) }
        #expect(first.text(.openMetrics) == second.text(.openMetrics))
    }

    @Test("is never without its end, even if there is next to nothing to say")
    func empty() {
        let registry = MetricRegistry()
        let text = String(decoding: registry.text(.openMetrics), as: UTF8.self)
        #expect(text.split(separator: "\n").count == 3 && text.hasSuffix("\n# EOF\n"))
        #expect(!String(decoding: registry.text(.prometheus), as: UTF8.self).contains("EOF"))
    }

    @Test("gives Python back every label value, and has no other lines")
    func pythonAgrees() throws {
        var generator = SeededGenerator(seed: 88)
        let registry = MetricRegistry()
        let family = registry.counter("a_total", help: "H", labels: ["value"], maximumSeries: 999)
        var values = [
            "", "\\", "\"", "\n", "\\n", "\\\"", "\\\\", "a,b=\"c\"} 1", "{}", "é🙂", "\r",
        ]
        for _ in 0..<500 {
            let alphabet = Array("\\\"\n,{}=n é")
            values.append(String((0..<6).map { _ in generator.pick(alphabet) }))
        }
        for value in values { family.series(value).increment() }
        // What the form says of a label value, read by somebody else's regular expressions.
        let program = PythonProgram(
            text: #"""
                import re, sys
                text = open(sys.argv[1], encoding="utf-8", newline="\n").read()
                for line in text.split("\n"):
                    if not line or line.startswith("#"): continue
                    found = re.fullmatch(r'a_total\{value="((?:[^\\"\n]|\\[\\"n])*)"\} (\d+)', line)
                    value = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], found[1])
                    print("x" + value.encode("utf-8").hex(), found[2])
                """#
        )
        var counts: [String: Int] = [:]
        for value in values { counts["x" + Array(value.utf8).hexadecimal, default: 0] += 1 }
        for format in MetricsFormat.allCases {
            let answers = try program.answer(to: registry.text(format))
            #expect(answers.sorted() == counts.map { "\($0.key) \($0.value)" }.sorted())
            // Values were sorted by their bytes, so their digits are in order as well.
            #expect(
                answers
                    == answers.sorted { $0.split(separator: " ")[0] < $1.split(separator: " ")[0] }
            )
        }
    }

    @Test(
        "has the bounds of buckets in their canonical form",
        arguments: [
            (0, "0.0"), (1e-10, "1e-10"), (1e-5, "1e-05"), (0.0001, "0.0001"), (0.1, "0.1"),
            (1, "1.0"), (10, "10.0"), (2.5, "2.5"), (100_000, "100000.0"), (999_999, "999999.0"),
            (1e6, "1e+06"), (1_048_576, "1.048576e+06"), (1e7, "1e+07"), (1e10, "1e+10"),
            (12_345_678.5, "1.23456785e+07"), (1_500_000_000, "1.5e+09"), (1e15, "1e+15"),
            (1e16, "1e+16"), (1e21, "1e+21"), (1e100, "1e+100"),
        ]
    )
    func bounds(bound: Double, text: String) {
        #expect(MetricNumber.boundText(of: bound) == text)
        #expect(Double(text) == bound)
    }

    @Test(
        "has values that read back as what they were",
        arguments: [
            (.whole(0), "0"), (.whole(.max), "18446744073709551615"), (.real(0), "0"),
            (.real(3), "3"), (.real(-2.5), "-2.5"), (.real(1e-7), "1e-07"),
            (.real(1e22), "1e+22"), (.real(.infinity), "+Inf"), (.real(-.infinity), "-Inf"),
            (.real(.nan), "NaN"),
        ] as [(MetricNumber, String)]
    )
    func values(number: MetricNumber, text: String) {
        #expect(number.text == text)
    }
}
