internal import Messages
public import RPC
public import Telemetry
internal import Wire

/// Lets calls pass that carry the token of an operator who may make them, as
/// `authorization: Bearer …`.
///
/// A token of the operators' file authorises administration, and nothing else does: it needs no
/// database, so that the first tenant can be made with it, and no credential of a tenant can become
/// one by a slip in its scopes. Health and reflection are open to all who reach the listener. Each
/// refusal is logged, and counted in `admin_refusals_total`.
public final class OperatorGuard: ServerGuard {
    private let tokens: OperatorTokens
    private let logger: Logger
    private let refusals: [String: Counter]

    private static let openServices: Set<String> = [
        GrpcHealthV1.Health.schema.fullName,
        GrpcReflectionV1.ServerReflection.schema.fullName,
        GrpcReflectionV1alpha.ServerReflection.schema.fullName,
    ]

    /// A guard.
    ///
    /// - Parameters:
    ///   - tokens: those of the operators.
    ///   - registry: where refusals are counted; once for each registry.
    ///   - logger: where they are logged.
    public init(_ tokens: OperatorTokens, registry: MetricRegistry, logger: Logger) {
        self.tokens = tokens
        self.logger = logger
        let family = registry.counter(
            "admin_refusals_total",
            help: "Calls of administration that were refused for who made them, by the reason.",
            labels: ["reason"]
        )
        refusals = Dictionary(
            uniqueKeysWithValues: OperatorRefusal.reasons.map { ($0, family.series($0)) }
        )
    }

    /// Lets a call pass that may be made; see ``RPC/ServerGuard``.
    public func admit(_ call: ServerCall) throws {
        if Self.openServices.contains(call.method.service) { return }
        do throws(OperatorRefusal) {
            call.principal = try holder(call)
        } catch {
            refusals[error.reason]?.increment()
            var fields = LogFields()
            fields.route = call.method.path
            fields.code = error.error.code.name
            fields["reason"] = .string(error.reason)
            if let peer = call.peerAddress { fields["peer"] = .string("\(peer)") }
            logger.warning("operator refused", fields)
            throw error.error
        }
    }

    private func holder(_ call: ServerCall) throws(OperatorRefusal) -> Operator {
        let values = call.metadata.values("authorization")
        guard let value = values.first else { throw .absent }
        let words = value.split(separator: " ", omittingEmptySubsequences: false)
        guard values.count == 1, words.count == 2, words[0].lowercased() == "bearer",
            OperatorTokens.tokenCharacters.contains(words[1].utf8.count)
        else { throw .malformed }
        guard let holder = tokens.holder(of: String(words[1])) else { throw .unknown }
        switch call.method.schema.access {
        case .anonymous: return holder
        case .scopes(let required):
            if let missing = holder.firstMissing(of: required) { throw .missingScope(missing) }
            return holder
        case nil: throw .closedMethod
        }
    }
}
