public import RPC
public import Telemetry

// Calls that the process makes, each in a span below that of the call it is made for.
extension CallTelemetry: CallObserver {
    /// Counts a call that begins, and gives it a span; see ``RPC/CallObserver``.
    public func callBegan(_ path: String, below caller: TraceContext?) -> TraceContext? {
        made.began(path)
        return context(below: caller)
    }

    /// Counts, logs and traces a call that has ended; see ``RPC/CallObserver``.
    public func callEnded(_ report: ClientCallReport) {
        made.ended(report.path, report.code, report.duration, in: report.traceContext)
        if !report.retries.isEmpty {
            let name = MethodName(report.path)
            retries.series(name.service, name.method).increment(by: report.retries.count)
        }
        log(report)
        guard let spans, let context = report.traceContext, context.isSampled else { return }
        var span = span(
            of: report.path,
            in: context,
            below: report.caller,
            report.code,
            taking: report.duration
        )
        span.kind = .client
        span.events = report.retries.enumerated().map { place, retry in
            FinishedSpan.Event(
                "retry",
                at: span.startNanoseconds &+ retry.time.wholeNanoseconds,
                attributes: [
                    .init("attempt", .integer(Int64(place + 2))),
                    .init("rpc.grpc.status_code", .integer(Int64(retry.code.rawValue))),
                ]
            )
        }
        // Whoever calls has failed to get what it asked for, whoever's fault that is.
        if report.code != .ok { span.status = .error(report.code.name) }
        spans.take(span)
    }

    /// What failed is told at the level of a warning at most: whether it matters, and is an error,
    /// the line of the call says that it was made for.
    private func log(_ report: ClientCallReport) {
        let level: LogLevel = report.code == .ok ? .debug : min(report.code.logLevel, .warning)
        guard level >= logger.level else { return }
        var fields = LogFields()
        fields.traceID = report.traceContext?.traceID
        fields.spanID = report.traceContext?.spanID
        fields.requestID = report.requestID?.text
        fields.route = report.path
        fields.code = report.code.name
        fields.duration = report.duration
        if !report.retries.isEmpty { fields["retries"] = .integer(Int64(report.retries.count)) }
        if let cause = report.error?.logMessage { fields["cause"] = .string(cause) }
        logger.log(level, "call made", fields)
    }
}
