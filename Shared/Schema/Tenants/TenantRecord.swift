public import Telemetry
public import Tenancy

/// What those who administer tenants know of one that is there.
public struct TenantRecord: Sendable, Hashable {
    /// Which.
    public let id: TenantID
    /// What people call it.
    public let slug: String
    /// Whether it is served.
    public let state: TenantEntry.State
    /// What it has settled.
    public let settings: TenantSettings
    /// How often its settings have been changed, from 1.
    public let settingsVersion: Int64
    /// When it was made.
    public let createdAt: UTCTimestamp
    /// When its place in the directory was changed last.
    public let changedAt: UTCTimestamp
    /// How far the areas of its schema have been migrated.
    public let versions: [String: Int]
}
