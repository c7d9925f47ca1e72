public import Tenancy

/// What a gateway knows of tenants: whose keys count, who is served, and how it signs for them.
public struct GatewayTenants: Sendable {
    /// The keys of callers.
    public let keys: APIKeyStore
    /// Which tenants there are.
    public let directory: TenantDirectory
    /// Signs contexts for the services.
    public let issuer: ContextIssuer
    /// Where changes are noted.
    public let audit: AuditLog

    /// What a gateway knows.
    ///
    /// - Parameters:
    ///   - keys: the keys of callers.
    ///   - directory: which tenants there are.
    ///   - issuer: signs contexts for the services.
    ///   - audit: where changes are noted.
    public init(
        keys: APIKeyStore,
        directory: TenantDirectory,
        issuer: ContextIssuer,
        audit: AuditLog
    ) {
        self.keys = keys
        self.directory = directory
        self.issuer = issuer
        self.audit = audit
    }
}
