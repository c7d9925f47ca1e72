internal import Messages
internal import RPC
internal import Wire

/// What became of a batch of spans that was sent.
public enum ExportOutcome: Sendable, Equatable {
    /// The collector has it, but for so many spans, which must not be sent again; what it says.
    case accepted(rejected: Int, message: String)
    /// It failed in a way that may pass; not before so long, if the collector says so.
    case failedForNow(code: String, after: Duration?)
    /// It failed, and would fail again.
    case failed(code: String)
}

extension ExportOutcome {
    /// What the answer of a collector means.
    init(_ answer: OpentelemetryProtoCollectorTraceV1.ExportTraceServiceResponse) {
        let partial = answer.partialSuccess
        self = .accepted(
            rejected: Int(clamping: max(partial?.rejectedSpans ?? 0, 0)),
            message: partial?.errorMessage ?? ""
        )
    }

    /// What an error means that ended the call.
    ///
    /// Source: OpenTelemetry's protocol, “OTLP/gRPC Response”.
    init(_ error: any Error) {
        guard let error = error as? RPCError else {
            self = .failed(code: "\(type(of: error))")
            return
        }
        let wait = error.explanation.retryAfter
        switch error.code {
        case .unavailable, .deadlineExceeded, .cancelled, .aborted, .outOfRange, .dataLoss:
            self = .failedForNow(code: error.code.name, after: wait)
        case .resourceExhausted where wait != nil:
            self = .failedForNow(code: error.code.name, after: wait)
        default:
            self = .failed(code: error.code.name)
        }
    }
}
