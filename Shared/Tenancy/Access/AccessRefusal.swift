public import Crypto
public import RPC

/// Why a call is not served for a tenant.
///
/// The caller learns one sentence for each status, whatever the reason; the log has the reason, and
/// the metrics count it.
public enum AccessRefusal: Error, Equatable {
    /// There is no context.
    case absent
    /// There is more than one context, id or slug; the field.
    case doubled(String)
    /// A field says something else than the context; the field.
    case disagreeing(String)
    /// The context has not the form that it should; how.
    case malformed(String)
    /// The context is for another service, or from one that may not call this one.
    case foreign(String)
    /// The context was signed with a key that we do not have, or no longer.
    case unknownKey(KeyID)
    /// The signature is not of this context.
    case forged
    /// The context ended so long ago.
    case expired(Duration)
    /// The context ends later than any that is issued now: it is from the future.
    case premature
    /// There is no such tenant, or it is not for this credential.
    case unknownTenant
    /// The context is good, and its tenant not in the directory: made a moment ago, or deleted.
    case unlistedTenant
    /// The tenant is suspended, or on its way out.
    case suspended
    /// The method needs a scope that the context does not hold; the scope.
    case missingScope(String)
    /// The contract lets nobody call the method.
    case closedMethod
    /// What is known of the tenants is too old to say who is served.
    case staleDirectory
}

extension AccessRefusal {
    /// The reason in one word, for metrics.
    public enum Reason: String, Sendable, CaseIterable {
        case absent, doubled, disagreeing, malformed, foreign, forged, expired, premature, suspended
        case unknownKey = "unknown_key"
        case unknownTenant = "unknown_tenant"
        case unlistedTenant = "unlisted_tenant"
        case missingScope = "missing_scope"
        case closedMethod = "closed_method"
        case staleDirectory = "stale_directory"
    }

    /// The reason without its particulars.
    public var reason: Reason {
        switch self {
        case .absent: .absent
        case .doubled: .doubled
        case .disagreeing: .disagreeing
        case .malformed: .malformed
        case .foreign: .foreign
        case .unknownKey: .unknownKey
        case .forged: .forged
        case .expired: .expired
        case .premature: .premature
        case .unknownTenant: .unknownTenant
        case .unlistedTenant: .unlistedTenant
        case .suspended: .suspended
        case .missingScope: .missingScope
        case .closedMethod: .closedMethod
        case .staleDirectory: .staleDirectory
        }
    }

    /// Whether nobody knows who calls, or one who is known may not, or nobody can tell.
    public var code: StatusCode {
        switch self {
        case .absent, .malformed, .foreign, .unknownKey, .forged, .expired, .premature:
            .unauthenticated
        case .doubled, .disagreeing, .unknownTenant, .suspended, .missingScope, .closedMethod:
            .permissionDenied
        case .unlistedTenant, .staleDirectory: .unavailable
        }
    }

    /// Within this time a directory has looked again for a tenant that it did not know.
    private static let lookUpPause = Duration.milliseconds(250)

    /// What the caller is told, and what the log.
    public var error: RPCError {
        let message =
            switch self {
            case .suspended: "the tenant is suspended"
            case .unlistedTenant: "the tenant is not known here yet: try again in a second"
            case .staleDirectory: "tenants cannot be looked up"
            case .missingScope(let scope): "the credential does not hold the scope '\(scope)'"
            default:
                code == .unauthenticated
                    ? "the call carries no valid tenant context"
                    : "the credential does not allow this"
            }
        var error = RPCError(code, message, logMessage: "\(self)")
        if self == .unlistedTenant { error.pause = Self.lookUpPause }
        return error
    }
}

extension AccessRefusal: CustomStringConvertible {
    /// The reason in words, for the log.
    public var description: String {
        switch self {
        case .absent: "there is no tenant context"
        case .doubled(let field): "\(field) is given more than once"
        case .disagreeing(let field): "\(field) disagrees with the tenant context"
        case .malformed(let how): "the tenant context is malformed: \(how)"
        case .foreign(let how): "the tenant context is foreign: \(how)"
        case .unknownKey(let id): "the tenant context is signed with key \(id), which is unknown"
        case .forged: "the signature is not that of the tenant context"
        case .expired(let duration): "the tenant context ended \(duration) ago"
        case .premature: "the tenant context is from the future"
        case .unknownTenant: "there is no such tenant for this credential"
        case .unlistedTenant: "the tenant of the context is not in the directory"
        case .suspended: "the tenant is suspended"
        case .missingScope(let scope): "the tenant context does not hold the scope \(scope)"
        case .closedMethod: "the contract lets nobody call this method"
        case .staleDirectory: "the tenant directory has not been refreshed in time"
        }
    }
}
