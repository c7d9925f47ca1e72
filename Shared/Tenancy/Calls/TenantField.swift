internal import RPC

/// The fields by which a tenant travels.
package enum TenantField {
    /// The signed context, which alone counts.
    package static let context = ContextToken.field
    /// The tenant's id: to our services a copy for logs and proxies, to the gateway a choice.
    static let id = "x-tenant-id"
    /// The tenant's slug, likewise.
    static let slug = "x-tenant-slug"
    /// What the first service on the way calls the request.
    static let requestID = "x-request-id"
}

extension Metadata {
    /// The only value of a field; nil if there is none.
    ///
    /// - Throws: ``AccessRefusal/doubled(_:)`` for more than one.
    func only(_ name: String) throws(AccessRefusal) -> String? {
        let values = values(name)
        guard values.count <= 1 else { throw .doubled(name) }
        return values.first
    }
}
