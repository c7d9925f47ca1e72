internal import Glibc
public import RPC
public import Telemetry
internal import Wire

/// Measures, logs and traces the calls that a process serves, and those that it makes for them.
///
/// Each call that is served gets a span: below that of its caller if a valid `traceparent` came
/// with it, else the first of a new trace; and the caller's name for the request, or a new one.
/// Handlers pass both on by the options ``RPC/ServerCall/onward``, by which each call that they
/// make gets a span of its own. When a call has ended it is counted and measured, logged in one
/// line, and, if its trace is recorded, handed on as a span.
public final class CallTelemetry: Sendable {
    let served: CallMetrics
    let made: CallMetrics
    /// Attempts after the first of calls that are made.
    let retries: MetricFamily<Counter>
    let logger: Logger
    let spans: (any SpanSink)?
    let identities = IdentityGenerator()
    private let sampler: TraceSampler
    private let now: @Sendable () -> UInt64

    /// Registers the metrics; once for each registry.
    ///
    /// - Parameters:
    ///   - registry: where the calls are counted.
    ///   - logger: where they are logged.
    ///   - sampler: which of the traces that begin here are recorded.
    ///   - spans: where spans of recorded traces go; nil if nowhere.
    ///   - now: the clock of the spans: nanoseconds since 1970.
    public init(
        registry: MetricRegistry,
        logger: Logger,
        sampler: TraceSampler,
        spans: (any SpanSink)? = nil,
        now: @escaping @Sendable () -> UInt64 = CallTelemetry.systemNanoseconds
    ) {
        served = CallMetrics(registry, .server)
        made = CallMetrics(registry, .client)
        retries = registry.counter(
            "grpc_client_retries_total",
            help: "Attempts after the first of calls that others are asked for.",
            labels: ["service", "method"]
        )
        self.logger = logger
        self.sampler = sampler
        self.spans = spans
        self.now = now
    }

    /// Has a server tell of its calls, beside whom it tells already.
    ///
    /// - Parameter configuration: that of the server, before it starts.
    public func watch(_ configuration: inout RPCServerConfiguration) {
        let (onBegan, onEnded) = (configuration.onCallBegan, configuration.onCallEnded)
        configuration.onCallBegan = { [self] call in
            began(call)
            onBegan?(call)
        }
        configuration.onCallEnded = { [self] report in
            ended(report)
            onEnded?(report)
        }
    }

    /// Has a call told of that is made for no call that is served, as a job's.
    ///
    /// - Parameter options: those of the call; the name of the request is kept if there is one.
    public func watch(_ options: inout CallOptions) {
        options.observer = self
        guard options.requestID == nil else { return }
        var generator = identities
        options.requestID = RequestID(using: &generator)
    }

    /// What the system's clock says, in nanoseconds since 1970.
    public static let systemNanoseconds: @Sendable () -> UInt64 = {
        var time = timespec()
        // It writes the one structure it is given.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }

    /// A context below another, or that of the first span of a new trace.
    func context(below parent: TraceContext?) -> TraceContext {
        var generator = identities
        return sampler.context(below: parent, using: &generator)
    }

    /// A span of a call that ends now.
    func span(
        of path: String,
        in context: TraceContext,
        below parent: TraceContext?,
        _ code: StatusCode,
        taking duration: Duration
    ) -> FinishedSpan {
        let name = MethodName(path)
        let end = now()
        let nanoseconds = duration.wholeNanoseconds
        var span = FinishedSpan(
            "\(name.service)/\(name.method)",
            context: context,
            parent: parent?.spanID,
            from: end >= nanoseconds ? end - nanoseconds : 0,
            to: end
        )
        span.attributes = [
            .init("rpc.system", .string("grpc")),
            .init("rpc.service", .string(name.service)),
            .init("rpc.method", .string(name.method)),
            .init("rpc.grpc.status_code", .integer(Int64(code.rawValue))),
        ]
        return span
    }

    // MARK: Calls that are served

    private func began(_ call: ServerCall) {
        served.began(call.method.path)
        let metadata = call.metadata
        call.traceContext = context(below: metadata.traceContext)
        var generator = identities
        call.requestID = metadata.requestID ?? RequestID(using: &generator)
        call.observer = self
    }

    private func ended(_ report: ServerCallReport) {
        served.ended(report.method?.path, report.code, report.duration, in: report.traceContext)
        log(report)
        guard let spans, let context = report.traceContext, context.isSampled,
            let method = report.method
        else { return }
        let parent = report.metadata.traceContext
        var span = span(
            of: method.path,
            in: context,
            below: parent,
            report.code,
            taking: report.duration
        )
        span.kind = .server
        span.isParentRemote = parent != nil
        // The sentence for the caller may name what is the caller's: the code says enough.
        if report.code.isServerFault { span.status = .error(report.code.name) }
        spans.take(span)
    }

    private func log(_ report: ServerCallReport) {
        let isProbe = report.method?.service == "grpc.health.v1.Health" && report.code == .ok
        // Those who probe come every few seconds.
        let level = isProbe ? .debug : report.code.logLevel
        guard level >= logger.level else { return }
        var fields = LogFields()
        // The caller's trace, if the call was refused before it had a span.
        let context = report.traceContext ?? report.metadata.traceContext
        fields.traceID = context?.traceID
        fields.spanID = report.traceContext?.spanID
        fields.requestID = (report.requestID ?? report.metadata.requestID)?.text
        fields.route = report.method?.path
        fields.code = report.code.name
        fields.duration = report.duration
        if let cause = report.error?.logMessage { fields["cause"] = .string(cause) }
        logger.log(level, "call served", fields)
    }
}

extension Duration {
    /// Nanoseconds, not below zero.
    var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(clamping: seconds) &* 1_000_000_000
            &+ UInt64(clamping: attoseconds / 1_000_000_000)
    }
}
