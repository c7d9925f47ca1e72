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
        let wait = Self.requestedWait(error.details)
        switch error.code {
        case .unavailable, .deadlineExceeded, .cancelled, .aborted, .outOfRange, .dataLoss:
            self = .failedForNow(code: error.code.name, after: wait)
        case .resourceExhausted where wait != nil:
            self = .failedForNow(code: error.code.name, after: wait)
        default:
            self = .failed(code: error.code.name)
        }
    }

    /// How long the details of a status ask to wait; nil if they do not.
    private static func requestedWait(_ details: SharedBytes?) -> Duration? {
        // Details that cannot be read are as good as none.
        guard let details, let status = try? GoogleRpc.Status(decoding: details.bytes),
            let entry = status.details.first(where: { $0.typeURL.hasSuffix(typeSuffix) }),
            let info = try? GoogleRpc.RetryInfo(decoding: entry.value.rawBytes)
        else { return nil }
        let delay = info.retryDelay ?? GoogleProtobuf.Duration()
        // As long as the type allows: ten thousand years.
        let seconds = min(max(delay.seconds, 0), 315_576_000_000)
        return .seconds(seconds) + .nanoseconds(Int64(max(delay.nanos, 0)))
    }

    private static let typeSuffix = "/google.rpc.RetryInfo"
}
