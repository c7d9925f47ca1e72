internal import Crypto
internal import RPC
public import Tenancy

/// Someone who runs the platform: the holder of a token of the operators' file.
public final class Operator: Sendable {
    /// What the audit log calls them.
    public let actor: Actor
    /// What they may do; nil for all of `admin`.
    let scopes: ScopeSet?

    init(_ actor: Actor, scopes: ScopeSet?) {
        self.actor = actor
        self.scopes = scopes
    }

    /// The first of some scopes that they do not hold.
    func firstMissing(of required: [String]) -> String? {
        guard let scopes else { return required.first { !$0.hasPrefix("admin:") } }
        return scopes.firstMissing(of: required)
    }
}

extension ServerCall {
    /// Who administers.
    ///
    /// - Throws: UNAUTHENTICATED if no ``OperatorGuard`` has let the call through.
    var administrator: Operator {
        get throws(RPCError) {
            guard let found = principal as? Operator else {
                throw OperatorRefusal.absent.error
            }
            return found
        }
    }
}
