/// For which tenant something is done, by whom, and what they may do.
///
/// Every call of a store takes one, or the tenant of one: there is no current tenant anywhere.
public struct TenantContext: Hashable, Sendable {
    /// The tenant.
    public let tenant: TenantID
    /// Who acts.
    public let actor: Actor
    /// What they may do.
    public let scopes: ScopeSet

    /// A context that someone else has established.
    public init(tenant: TenantID, actor: Actor, scopes: ScopeSet) {
        self.tenant = tenant
        self.actor = actor
        self.scopes = scopes
    }
}

/// A context that came with a call and was verified; calls with one token share one.
public final class VerifiedContext: Sendable {
    /// The context.
    public let context: TenantContext
    /// The service that vouches for it.
    public let issuer: ServiceName
    /// What the tenant is called, if whoever established the context has looked it up.
    package let slug: TenantSlug?

    /// A context that a service vouches for, and has verified or established itself.
    package init(_ context: TenantContext, issuer: ServiceName, slug: TenantSlug? = nil) {
        self.context = context
        self.issuer = issuer
        self.slug = slug
    }

    /// The tenant.
    public var tenant: TenantID { context.tenant }
    /// Who acts.
    public var actor: Actor { context.actor }
    /// What they may do.
    public var scopes: ScopeSet { context.scopes }
}
