/// What the directory knows of a tenant.
public struct TenantEntry: Hashable, Sendable {
    /// Whether a tenant is served.
    public enum State: String, Sendable {
        /// It is.
        case active
        /// It is not, for now.
        case suspended
        /// It is gone.
        case deleted
    }

    /// The tenant.
    public let id: TenantID
    /// What people call it; nil once it is gone.
    public let slug: TenantSlug?
    /// Whether it is served.
    public let state: State
    /// The libpq keywords in which its database differs from the platform's; empty for none.
    public let node: String
    /// What it has settled.
    public let settings: TenantSettings
    /// How often its settings have been changed, from 1.
    public let settingsVersion: Int64
    /// How far the areas of its schema have been migrated.
    public let versions: [String: Int]
    /// What it may use that differs from what all may, by name.
    public let quotas: [String: QuotaLimit]
}
