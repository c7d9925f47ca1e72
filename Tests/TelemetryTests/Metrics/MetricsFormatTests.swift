import Testing

@testable import Telemetry

@Suite("The form of metrics")
struct MetricsFormatTests {
    @Test(
        "is OpenMetrics for whoever prefers it",
        arguments: [
            // Prometheus 2.42.
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
                + "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            "application/openmetrics-text",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            "APPLICATION/OpenMetrics-Text;VERSION=\"1.0.0\";Q=0.3",
            "text/plain, application/openmetrics-text",
            "*/*, application/openmetrics-text",
            "text/plain;q=0.9 ,\tapplication/openmetrics-text ; q=0.901",
            "text/*;q=0.5, application/*",
            "application/openmetrics-text;q=0.001, text/plain;q=0",
            "nonsense, ;;;, /, a/b/c, application/openmetrics-text",
            "application/json;x=\",text/plain;q=1\", application/openmetrics-text;q=0.5",
            "application/openmetrics-text;q=1.000, text/plain;q=0.999",
        ]
    )
    func openMetrics(accept: String) {
        #expect(MetricsFormat(accept: accept) == .openMetrics)
    }

    @Test(
        "is Prometheus's own for everyone else",
        arguments: [
            nil, "", "*/*", "text/*", "text/plain", "text/plain;version=0.0.4", "application/json",
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "application/openmetrics-text;q=0.5, text/plain",
            "application/openmetrics-text;q=0, */*",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text;version=0.0.1",
            "application/openmetrics-text;version=2.0.0, text/plain;q=0.1",
            // The more specific range counts, whatever stands elsewhere.
            "application/openmetrics-text;version=1.0.0;q=0.1, application/openmetrics-text, "
                + "text/*;q=0.2",
            // A quality that is none makes its range count for nothing.
            "application/openmetrics-text;q=2", "application/openmetrics-text;q=",
            "application/openmetrics-text;q=1.001", "application/openmetrics-text;q=0.1234",
            "application/openmetrics-text;q=-1", "application/openmetrics-text;q=.5",
            "application/openmetrics-text;q", "*/openmetrics-text", "openmetrics-text",
        ] as [String?]
    )
    func prometheus(accept: String?) {
        #expect(MetricsFormat(accept: accept) == .prometheus)
    }

    @Test("does not depend on headers that are longer than any can be")
    func bounded() {
        let long = "application/openmetrics-text" + String(repeating: ",", count: 4_096)
        #expect(MetricsFormat(accept: long) == .prometheus)
        #expect(MetricsFormat(accept: String(long.prefix(4_096))) == .openMetrics)
    }

    @Test("says what it is")
    func contentType() {
        #expect(
            MetricsFormat.prometheus.contentType == "text/plain; version=0.0.4; charset=utf-8"
        )
        #expect(
            MetricsFormat.openMetrics.contentType
                == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        )
    }
}
