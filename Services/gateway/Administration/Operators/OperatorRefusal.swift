internal import RPC

/// Why a call is not an operator's.
enum OperatorRefusal: Error, Hashable {
    /// It carries no token.
    case absent
    /// It carries more than one, or something that is none.
    case malformed
    /// Its token is nobody's.
    case unknown
    /// Its operator lacks a scope; the scope.
    case missingScope(String)
    /// The contract lets nobody call the method.
    case closedMethod

    /// The reason in one word, for metrics.
    var reason: String {
        switch self {
        case .absent: "absent"
        case .malformed: "malformed"
        case .unknown: "unknown"
        case .missingScope: "missing_scope"
        case .closedMethod: "closed_method"
        }
    }

    /// All reasons there are.
    static let reasons = ["absent", "malformed", "unknown", "missing_scope", "closed_method"]

    /// What the caller is told.
    var error: RPCError {
        switch self {
        case .absent, .malformed, .unknown:
            RPCError(
                .unauthenticated,
                "the call carries no operator's token",
                logMessage: "operator refused: \(reason)"
            )
        case .missingScope(let scope):
            RPCError(.permissionDenied, "the token does not hold the scope '\(scope)'")
        case .closedMethod: RPCError(.permissionDenied, "nobody may call this method")
        }
    }
}
