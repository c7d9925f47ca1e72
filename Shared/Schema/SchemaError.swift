public import Postgres
public import Tenancy

/// Why a schema could not be made, changed, or taken away; for the log and for those who administer
/// tenants, not for callers of services.
public enum SchemaError: Error, Sendable {
    /// A list of migrations is not as it must be; what is wrong.
    case invalidPlan(String)
    /// A migration that has been applied has another text now; where, and which.
    case changed(place: String, migration: String)
    /// A schema has a migration that this program does not know: a newer program made it.
    case newer(place: String, area: String, version: Int)
    /// A migration failed, and left nothing behind.
    case failed(place: String, cause: PostgresError)
    /// The steps of some tenants failed; all others are done.
    case incomplete(failures: [TenantID: String])
    /// Another tenant has the slug.
    case slugTaken(TenantSlug)
    /// There is no such tenant, or no longer.
    case unknownTenant(TenantID)
    /// A tenant is not in the state that this takes; the state that it takes.
    case wrongState(TenantID, needed: String)
    /// The server knows no such time zone.
    case unknownTimeZone(String)
    /// Settings were changed by someone else meanwhile.
    case settingsChanged(TenantID)
    /// A tenant has as many quotas of its own as it may.
    case tooManyQuotas(TenantID)
}

extension SchemaError: CustomStringConvertible {
    /// What happened, in one line.
    public var description: String {
        switch self {
        case .invalidPlan(let problem): problem
        case .changed(let place, let migration):
            "\(migration) was changed after it had been applied to \(place)"
        case .newer(let place, let area, let version):
            "\(place) has migration \(version) of \(area), which this program does not know"
        case .failed(let place, let cause): "migrating \(place) failed: \(cause)"
        case .incomplete(let failures):
            "\(failures.count) tenants were not migrated: "
                + failures.sorted { $0.key < $1.key }.prefix(10)
                .map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        case .slugTaken(let slug): "the slug \(slug) is taken"
        case .unknownTenant(let tenant): "there is no tenant \(tenant)"
        case .wrongState(let tenant, let needed): "tenant \(tenant) is not \(needed)"
        case .unknownTimeZone(let name): "there is no time zone '\(name)'"
        case .settingsChanged(let tenant):
            "the settings of tenant \(tenant) were changed by someone else"
        case .tooManyQuotas(let tenant): "tenant \(tenant) has too many quotas of its own"
        }
    }
}
