internal import RPC
internal import Telemetry

// What a status means to those who run the service.
extension StatusCode {
    /// How much it matters that a call ended so.
    ///
    /// What callers do wrong is their own affair; what may pass by itself is a warning.
    var logLevel: LogLevel {
        switch self {
        case .unknown, .internalError, .dataLoss: .error
        case .deadlineExceeded, .unavailable, .resourceExhausted, .aborted: .warning
        default: .info
        }
    }

    /// Whether the service failed, as against its caller.
    ///
    /// Source: OpenTelemetry's semantic conventions for gRPC, “gRPC Status”.
    var isServerFault: Bool {
        switch self {
        case .unknown, .deadlineExceeded, .unimplemented, .internalError, .unavailable, .dataLoss:
            true
        default: false
        }
    }
}
