internal import Net
internal import RPC
internal import Telemetry
internal import Wire

/// Counts the calls that a process serves, or those that it makes.
final class CallMetrics: Sendable {
    /// What the metrics of one side of calls are called.
    struct Names {
        let handled: String
        let durations: String
        let inFlight: String
        let inFlightHelp: String

        /// Of calls that are served.
        static let server = Names(
            handled: "grpc_server_handled_total",
            durations: "http_server_request_duration_seconds",
            inFlight: "grpc_server_calls_in_flight",
            inFlightHelp: "Calls that are being served."
        )
        /// Of calls that are made.
        static let client = Names(
            handled: "grpc_client_handled_total",
            durations: "grpc_client_call_duration_seconds",
            inFlight: "grpc_client_calls_in_flight",
            inFlightHelp: "Calls that others are being asked for."
        )
    }

    private let handled: MetricFamily<Counter>
    private let durations: MetricFamily<Histogram>
    private let inFlight: MetricFamily<Gauge>
    /// By path; there are no more than the tables have methods, and one for all other paths.
    private let methods = Locked<[String: MethodMetrics]>([:])

    /// Registers the metrics, once for each registry and side.
    init(_ registry: MetricRegistry, _ names: Names) {
        handled = registry.counter(
            names.handled,
            help: "Calls that have ended, by the code of their status.",
            labels: ["service", "method", "code"],
            maximumSeries: Self.maximumSeries
        )
        durations = registry.histogram(
            names.durations,
            help: "How long calls took that have ended.",
            unit: "seconds",
            labels: ["service", "method", "code"],
            bounds: .requestSeconds,
            maximumSeries: Self.maximumSeries
        )
        inFlight = registry.gauge(
            names.inFlight,
            help: names.inFlightHelp,
            labels: ["service", "method"],
            maximumSeries: Self.maximumSeries
        )
    }

    /// Counts a call that begins.
    ///
    /// - Parameter path: that of a table's method.
    func began(_ path: String) {
        metrics(of: path).inFlight.increment()
    }

    /// Counts a call that has ended.
    ///
    /// - Parameters:
    ///   - path: what it began with; nil if it was refused before, as it has no method.
    ///   - code: how it ended.
    ///   - duration: how long it took.
    ///   - context: its span.
    func ended(_ path: String?, _ code: StatusCode, _ duration: Duration, in context: TraceContext?)
    {
        let metrics = metrics(of: path)
        if path != nil { metrics.inFlight.decrement() }
        let series = metrics.series(code) {
            let labels = [metrics.name.service, metrics.name.method, code.name]
            return CodeMetrics(
                handled: handled.series(labels: labels),
                durations: durations.series(labels: labels)
            )
        }
        series.handled.increment()
        series.durations.observe(duration, in: context)
    }

    private func metrics(of path: String?) -> MethodMetrics {
        methods.withLock { methods in
            if let known = methods[path ?? ""] { return known }
            let name = path.map(MethodName.init) ?? .unknown
            let made = MethodMetrics(name, inFlight.series(name.service, name.method))
            methods[path ?? ""] = made
            return made
        }
    }

    private static let maximumSeries = 4_000
}

/// A method, as metrics and spans name it.
struct MethodName {
    let service: String
    let method: String

    /// What calls count as whose path has no method: what callers write is no label.
    static let unknown = MethodName(service: "unknown", method: "unknown")

    private init(service: String, method: String) {
        self.service = service
        self.method = method
    }

    /// Reads a path of a table, as `/sextant.ingest.v1.Ingest/RecordEvents`.
    init(_ path: String) {
        let parts = path.split(separator: "/", maxSplits: 1)
        precondition(parts.count == 2, "a method's path is /service/method")
        self.init(service: String(parts[0]), method: String(parts[1]))
    }
}

/// The series of a method.
private final class MethodMetrics: Sendable {
    let name: MethodName
    let inFlight: Gauge
    /// By the number of the code.
    private let codes = Locked([CodeMetrics?](repeating: nil, count: StatusCode.allCases.count))

    init(_ name: MethodName, _ inFlight: Gauge) {
        self.name = name
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
