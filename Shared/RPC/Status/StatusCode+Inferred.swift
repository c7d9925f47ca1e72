internal import HTTP2

// What a client makes of a call that ended without a status.
extension StatusCode {
    /// The code for an HTTP status that came without `grpc-status`.
    ///
    /// Source: gRPC, `doc/http-grpc-status-mapping.md`. Servers must not use it backwards.
    static func inferred(fromHTTP status: Int) -> StatusCode {
        switch status {
        case 400, 431: .internalError
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .unimplemented
        case 429, 502, 503, 504: .unavailable
        default: .unknown
        }
    }

    /// The code for a stream that the peer ended by RST_STREAM.
    ///
    /// Source: gRPC, `doc/PROTOCOL-HTTP2.md`, “Errors”.
    static func inferred(from code: HTTP2ErrorCode) -> StatusCode {
        switch code {
        case .refusedStream: .unavailable
        case .cancel: .cancelled
        case .enhanceYourCalm: .resourceExhausted
        case .inadequateSecurity: .permissionDenied
        default: .internalError
        }
    }
}
