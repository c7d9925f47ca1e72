public import RPC

/// A tenant that a credential is granted.
public struct TenantGrant: Hashable, Sendable {
    /// The tenant.
    public let tenant: TenantID
    /// What it is called now.
    public let slug: TenantSlug

    /// A grant.
    public init(_ tenant: TenantID, _ slug: TenantSlug) {
        self.tenant = tenant
        self.slug = slug
    }
}

/// Chooses for which tenant a stranger's request is made, among those that the credential is
/// granted.
///
/// The fields `x-tenant-id` and `x-tenant-slug` choose and prove nothing. A tenant that is not
/// granted and one that does not exist are refused in the same words.
public enum TenantSelection {
    /// Chooses.
    ///
    /// - Parameters:
    ///   - metadata: what came with the request.
    ///   - grants: those of the credential.
    /// - Returns: the tenant that the fields name; without fields, the only one there is.
    /// - Throws: ``AccessRefusal``: of a field that is given twice, of fields that disagree, of a
    ///   tenant that is not granted or not named among several, and of a signed context, which no
    ///   stranger sends.
    public static func choose(
        by metadata: Metadata,
        among grants: [TenantGrant]
    ) throws(AccessRefusal) -> TenantGrant {
        guard metadata.values(TenantField.context).isEmpty else {
            throw .disagreeing(TenantField.context)
        }
        let id = try metadata.only(TenantField.id)
        let slug = try metadata.only(TenantField.slug)
        guard id != nil || slug != nil else {
            guard grants.count == 1 else { throw .unknownTenant }
            return grants[0]
        }
        let byID = grants.first { $0.tenant.text == id }
        let bySlug = grants.first { $0.slug.text == slug }
        guard let chosen = byID ?? bySlug, id == nil || byID != nil, slug == nil || bySlug != nil
        else { throw .unknownTenant }
        if let byID, let bySlug, byID != bySlug { throw .disagreeing(TenantField.slug) }
        return chosen
    }
}
