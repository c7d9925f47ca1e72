internal import Net
internal import RPC
internal import Telemetry
internal import Wire

/// Counts the calls that a server gets.
final class CallMetrics: Sendable {
    private let handled: MetricFamily<Counter>
    private let durations: MetricFamily<Histogram>
    private let inFlight: MetricFamily<Gauge>
    /// By path; there are no more than the server has methods, and one for all other paths.
    private let methods = Locked<[String: MethodMetrics]>([:])

    /// Registers the metrics, once for each registry.
    init(_ registry: MetricRegistry) {
        handled = registry.counter(
            "grpc_server_handled_total",
            help: "Calls that have ended, by the code of their status.",
            labels: ["service", "method", "code"],
            maximumSeries: Self.maximumSeries
        )
        durations = registry.histogram(
            "http_server_request_duration_seconds",
            help: "How long calls took that have ended.",
            unit: "seconds",
            labels: ["service", "method", "code"],
            bounds: .requestSeconds,
            maximumSeries: Self.maximumSeries
        )
        inFlight = registry.gauge(
            "grpc_server_calls_in_flight",
            help: "Calls that are being served.",
            labels: ["service", "method"],
            maximumSeries: Self.maximumSeries
        )
    }

    /// Counts a call that begins.
    func began(_ method: RPCMethod) {
        metrics(of: method).inFlight.increment()
    }

    /// Counts a call that has ended, and that had begun if its method is known.
    func ended(_ report: ServerCallReport) {
        let metrics = metrics(of: report.method)
        if report.method != nil { metrics.inFlight.decrement() }
        let series = metrics.series(report.code) {
            let labels = [metrics.service, metrics.method, report.code.name]
            return CodeMetrics(
                handled: handled.series(labels: labels),
                durations: durations.series(labels: labels)
            )
        }
        series.handled.increment()
        series.durations.observe(report.duration, in: report.traceContext)
    }

    private func metrics(of method: RPCMethod?) -> MethodMetrics {
        methods.withLock { methods in
            let path = method?.path ?? ""
            if let known = methods[path] { return known }
            let service = method?.service ?? Self.unknown
            let name = method?.schema.name ?? Self.unknown
            let made = MethodMetrics(service, name, inFlight.series(service, name))
            methods[path] = made
            return made
        }
    }

    private static let maximumSeries = 4_000
    /// What calls count as whose path has no method: what callers write is no label.
    private static let unknown = "unknown"
}

/// The series of a method.
private final class MethodMetrics: Sendable {
    let service: String
    let method: String
    let inFlight: Gauge
    /// By the number of the code.
    private let codes = Locked([CodeMetrics?](repeating: nil, count: StatusCode.allCases.count))

    init(_ service: String, _ method: String, _ inFlight: Gauge) {
        self.service = service
        self.method = method
        self.inFlight = inFlight
    }

    /// The series of a code, which are made when the first call ends with it.
    func series(_ code: StatusCode, _ make: () -> CodeMetrics) -> CodeMetrics {
        codes.withLock { codes in
            if let known = codes[code.rawValue] { return known }
            let made = make()
            codes[code.rawValue] = made
            return made
        }
    }
}

/// The series of a method and a code.
private struct CodeMetrics: Sendable {
    let handled: Counter
    let durations: Histogram
}
