internal import Messages
public import RPC
public import Telemetry
package import Wire

/// Says of a tenant whose context is good whether it is served now.
public protocol TenantAdmission: Sendable {
    /// Refuses what may not be served, by what is known without waiting.
    ///
    /// - Parameter context: what came with a call, verified.
    /// - Throws: ``AccessRefusal/suspended`` or ``AccessRefusal/unlistedTenant``.
    func admit(_ context: VerifiedContext) throws(AccessRefusal)
}

/// Lets calls pass that carry the context of a tenant who may make them.
///
/// It guards every service of ours. A call is refused before anything of it is read:
/// UNAUTHENTICATED without a context that is good, PERMISSION_DENIED if fields disagree or the
/// context does not allow the method. Health and reflection are open to all. Each refusal is logged
/// and counted by its reason, in `tenant_refusals_total`. Handlers find the context in
/// ``RPC/ServerCall/tenant``.
public final class TenantGuard: ServerGuard {
    private let verifier: ContextVerifier
    private let admission: (any TenantAdmission)?
    private let openCalls: OpenCalls?
    private let logger: Logger
    private let refusals: [AccessRefusal.Reason: Counter]

    /// Services that are open to all, whatever their contracts say.
    package static let openServices: Set<String> = [
        GrpcHealthV1.Health.schema.fullName,
        GrpcReflectionV1.ServerReflection.schema.fullName,
        GrpcReflectionV1alpha.ServerReflection.schema.fullName,
    ]

    /// A guard.
    ///
    /// - Parameters:
    ///   - verifier: knows the keys of those who may call.
    ///   - admission: knows which tenants are served; nil if every tenant with a good context is.
    ///   - openCalls: is told of streams, to end them when a tenant is suspended; nil for none.
    ///   - registry: where refusals are counted; once for each registry.
    ///   - logger: where they are logged.
    public init(
        _ verifier: ContextVerifier,
        admission: (any TenantAdmission)? = nil,
        openCalls: OpenCalls? = nil,
        registry: MetricRegistry,
        logger: Logger
    ) {
        self.verifier = verifier
        self.admission = admission
        self.openCalls = openCalls
        self.logger = logger
        let family = registry.counter(
            "tenant_refusals_total",
            help: "Calls that were refused for what they say of their tenant, by the reason.",
            labels: ["reason"]
        )
        refusals = Dictionary(
            uniqueKeysWithValues: AccessRefusal.Reason.allCases.map {
                ($0, family.series($0.rawValue))
            }
        )
    }

    /// Lets a call pass that may be made; see ``RPC/ServerGuard``.
    public func admit(_ call: ServerCall) throws {
        if Self.openServices.contains(call.method.service) { return }
        let verified: VerifiedContext
        do throws(AccessRefusal) {
            verified = try context(in: call.metadata, for: call.method.schema)
            try admission?.admit(verified)
        } catch {
            throw report(error, of: call)
        }
        call.principal = verified
        if let openCalls, call.method.schema.streaming != .none {
            openCalls.add(call, of: verified.tenant)
        }
    }

    /// The context that came with a call, if it allows the method.
    package func context(
        in metadata: Metadata,
        for method: MethodSchema
    ) throws(AccessRefusal) -> VerifiedContext {
        guard let token = try metadata.only(TenantField.context) else { throw .absent }
        let id = try metadata.only(TenantField.id)
        let slug = try metadata.only(TenantField.slug)
        let verified = try verifier.verify(token)
        if let id, id != verified.tenant.text { throw .disagreeing(TenantField.id) }
        if let slug { try Self.check(slug: slug) }
        switch method.access {
        case .anonymous: break
        case .scopes(let required):
            if let missing = verified.scopes.firstMissing(of: required) {
                throw .missingScope(missing)
            }
        case nil: throw .closedMethod
        }
        return verified
    }

    private static func check(slug: String) throws(AccessRefusal) {
        do throws(TenantSlug.Fault) {
            _ = try TenantSlug(slug)
        } catch {
            throw .malformed(TenantField.slug)
        }
    }

    private func report(_ refusal: AccessRefusal, of call: ServerCall) -> RPCError {
        refusals[refusal.reason]?.increment()
        var fields = LogFields()
        fields.traceID = call.traceContext?.traceID
        fields.spanID = call.traceContext?.spanID
        fields.route = call.method.path
        fields.code = refusal.code.name
        fields["reason"] = .string(refusal.reason.rawValue)
        fields["cause"] = .string(refusal.description)
        if let peer = call.peerAddress { fields["peer"] = .string("\(peer)") }
        logger.warning("tenant refused", fields)
        return refusal.error
    }
}

extension ServerCall {
    /// For which tenant the call is made, by whom, and what they may do.
    ///
    /// - Throws: UNAUTHENTICATED if no ``TenantGuard`` has let the call through.
    public var tenant: VerifiedContext {
        get throws(RPCError) {
            guard let context = principal as? VerifiedContext else {
                throw AccessRefusal.absent.error
            }
            return context
        }
    }
}
