public import Schema

/// Which release all programs of the platform are of.
public enum Release {
    /// The version, as in the change log.
    public static let version = "0.1.0"

    /// All migrations of the release: what new tenants are made of, and old ones are brought to.
    ///
    /// - Returns: the platform's, those of all tenants, and those of services.
    /// - Throws: `SchemaError` for migrations that do not fit together.
    public static func migrations() throws -> MigrationPlan {
        try MigrationPlan(services: [.ingest(), .attribution(), .mixModel()])
    }
}
