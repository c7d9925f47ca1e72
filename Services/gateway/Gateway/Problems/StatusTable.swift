internal import RPC

/// What a status of gRPC is in HTTP and in Connect: the one table for all protocols.
///
/// Source: google.rpc's `code.proto`; connectrpc.com, “Error codes”.
extension StatusCode {
    /// The status of HTTP.
    var httpStatus: Int {
        switch self {
        case .ok: 200
        case .cancelled: 499
        case .invalidArgument, .failedPrecondition, .outOfRange: 400
        case .unauthenticated: 401
        case .permissionDenied: 403
        case .notFound: 404
        case .alreadyExists, .aborted: 409
        case .resourceExhausted: 429
        case .unknown, .internalError, .dataLoss: 500
        case .unimplemented: 501
        case .unavailable: 503
        case .deadlineExceeded: 504
        }
    }

    /// The name in Connect.
    var connectName: String {
        self == .cancelled ? "canceled" : name.lowercased()
    }
}

extension StatusCode {
    /// Whether it says that a call was looked at and decided: a service that says so works, and
    /// nothing of the call goes on.
    var isDecided: Bool {
        switch self {
        case .cancelled, .unknown, .deadlineExceeded, .unavailable, .internalError, .dataLoss:
            false
        default: true
        }
    }
}

extension RPCError {
    /// The status of HTTP, which some reasons say more exactly than their codes.
    func httpStatus(for reason: String?) -> Int {
        switch reason {
        case "BODY_TOO_LARGE": 413
        case "MEDIA_TYPE_UNSUPPORTED": 415
        case "IDEMPOTENCY_KEY_REUSED": 422
        case "IDEMPOTENCY_KEY_RUNNING": 409
        case "ETAG_MISMATCH": 412
        default: code.httpStatus
        }
    }
}

/// The names of statuses of HTTP.
enum HTTPStatus {
    /// The name; of statuses that we send.
    static func title(_ status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 409: "Conflict"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 499: "Client Closed Request"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: "Error"
        }
    }
}
