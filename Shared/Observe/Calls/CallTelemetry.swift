internal import Glibc
public import RPC
public import Telemetry
internal import Wire

/// Measures, logs and traces the calls of a server.
///
/// Each call gets a span: below that of its caller if a valid `traceparent` came with it, else the
/// first of a new trace. Handlers find it in ``RPC/ServerCall/traceContext``, and pass it on by the
/// options ``RPC/ServerCall/onward``. When the call has ended it is counted and measured, logged in
/// one line, and, if its trace is recorded, handed on as a span.
public final class CallTelemetry: Sendable {
    private let metrics: CallMetrics
    private let logger: Logger
    private let sampler: TraceSampler
    private let spans: (any SpanSink)?
    private let now: @Sendable () -> UInt64
    private let identities = IdentityGenerator()

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
        metrics = CallMetrics(registry)
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

    /// What the system's clock says, in nanoseconds since 1970.
    public static let systemNanoseconds: @Sendable () -> UInt64 = {
        var time = timespec()
        // It writes the one structure it is given.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }

    // MARK: Calls

    private func began(_ call: ServerCall) {
        metrics.began(call.method)
        var generator = identities
        call.traceContext = sampler.context(
            below: call.metadata.traceContext,
            using: &generator
        )
    }

    private func ended(_ report: ServerCallReport) {
        metrics.ended(report)
        log(report)
        guard let spans, let context = report.traceContext, context.isSampled,
            let method = report.method
        else { return }
        spans.take(span(of: report, method, context))
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
        fields.requestID = Self.requestID(report.metadata)
        fields.route = report.method?.path
        fields.code = report.code.name
        fields.duration = report.duration
        if let cause = report.error?.logMessage { fields["cause"] = .string(cause) }
        logger.log(level, "call served", fields)
    }

    private func span(
        of report: ServerCallReport,
        _ method: RPCMethod,
        _ context: TraceContext
    ) -> FinishedSpan {
        let end = now()
        let (seconds, attoseconds) = report.duration.components
        let nanoseconds =
            UInt64(clamping: seconds) &* 1_000_000_000
            &+ UInt64(clamping: attoseconds / 1_000_000_000)
        let parent = report.metadata.traceContext
        var span = FinishedSpan(
            "\(method.service)/\(method.schema.name)",
            context: context,
            parent: parent?.spanID,
            from: end >= nanoseconds ? end - nanoseconds : 0,
            to: end
        )
        span.isParentRemote = parent != nil
        span.kind = .server
        span.attributes = [
            .init("rpc.system", .string("grpc")),
            .init("rpc.service", .string(method.service)),
            .init("rpc.method", .string(method.schema.name)),
            .init("rpc.grpc.status_code", .integer(Int64(report.code.rawValue))),
        ]
        // The sentence for the caller may name what is the caller's: the code says enough.
        if report.code.isServerFault { span.status = .error(report.code.name) }
        return span
    }

    /// What the caller, or the first service on the way, calls the request; nil if that is not a
    /// short line.
    private static func requestID(_ metadata: Metadata) -> String? {
        guard let text = metadata["x-request-id"], (1...128).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { return nil }
        return text
    }
}
