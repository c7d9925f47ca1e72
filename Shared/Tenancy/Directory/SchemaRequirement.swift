/// Which schema of an area the code of a service works with: the one that it was written for, the
/// one before, and later ones, since migrations only ever add what older code does not miss.
public struct SchemaRequirement: Hashable, Sendable {
    /// The area, as `ingest`.
    public let area: String
    /// The names of all its migrations that the code knows, in order.
    public let migrations: [String]

    /// A requirement.
    ///
    /// - Parameters:
    ///   - area: the area.
    ///   - migrations: the names of its migrations, as `m0001_events`, in order.
    public init(_ area: String, _ migrations: [String]) {
        self.area = area
        self.migrations = migrations
    }

    /// The migration that a tenant must have first; nil if the code works with its schema.
    ///
    /// - Parameter versions: how far the areas of the tenant's schema have been migrated.
    /// - Returns: the area and the name, as `ingest/m0001_events`.
    public func missing(in versions: [String: Int]) -> String? {
        // Without the first one there is no table at all.
        let needed = max(migrations.count - 1, min(migrations.count, 1))
        guard (versions[area] ?? 0) < needed else { return nil }
        return "\(area)/\(migrations[needed - 1])"
    }
}
