internal import AttributionMigrations
internal import IngestMigrations
internal import MixModelMigrations
public import Tenancy

/// The migrations of one area: of the platform, of what all tenants have, or of one service.
public struct MigrationSet: Sendable, Hashable {
    /// The area, as `ingest`.
    public let area: String
    /// The migrations, numbered from 1.
    public let migrations: [Migration]

    /// A list of migrations.
    ///
    /// - Parameters:
    ///   - area: 1 to 32 of `a-z`.
    ///   - files: the names without `.sql`, and the texts, in order.
    /// - Throws: ``SchemaError/invalidPlan(_:)`` also for a gap in the numbers.
    public init(_ area: String, _ files: [(name: String, sql: [UInt8])]) throws(SchemaError) {
        guard (1...32).contains(area.utf8.count),
            area.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
        else { throw .invalidPlan("'\(area)' is no name of an area") }
        var migrations: [Migration] = []
        for (name, sql) in files {
            let migration = try Migration(name, sql)
            guard migration.version == migrations.count + 1 else {
                throw .invalidPlan("\(area): \(name) is not number \(migrations.count + 1)")
            }
            migrations.append(migration)
        }
        self.area = area
        self.migrations = migrations
    }

    /// The number of the last migration, 0 without any.
    public var version: Int { migrations.count }

    /// What code asks of tenants that was written for all of these migrations.
    public var requirement: SchemaRequirement {
        SchemaRequirement(area, migrations.map(\.name))
    }

    /// The schema that is not any tenant's: who the tenants are.
    public static func platform() throws(SchemaError) -> MigrationSet {
        try MigrationSet(
            "platform",
            [
                ("m0001_directory", PackageResources.m0001_directory_sql),
                ("m0002_credentials", PackageResources.m0002_credentials_sql),
                ("m0003_administration", PackageResources.m0003_administration_sql),
                ("m0004_wakeups", PackageResources.m0004_wakeups_sql),
                ("m0005_quotas", PackageResources.m0005_quotas_sql),
            ]
        )
    }

    /// What every tenant has, whichever services it uses.
    public static func common() throws(SchemaError) -> MigrationSet {
        try MigrationSet(
            "common",
            [
                (
                    "m0001_idempotency_and_secrets",
                    PackageResources.m0001_idempotency_and_secrets_sql
                ),
                ("m0002_jobs_and_schedules", PackageResources.m0002_jobs_and_schedules_sql),
                ("m0003_claim_by_kind", PackageResources.m0003_claim_by_kind_sql),
            ]
        )
    }

    /// What ingest has in each tenant's schema.
    public static func ingest() throws(SchemaError) -> MigrationSet {
        try MigrationSet(IngestMigrations.area, IngestMigrations.files)
    }

    /// What attribution has in each tenant's schema, after what ingest has.
    public static func attribution() throws(SchemaError) -> MigrationSet {
        try MigrationSet(AttributionMigrations.area, AttributionMigrations.files)
    }

    /// What the mix model has in each tenant's schema, after what ingest and attribution have.
    public static func mixModel() throws(SchemaError) -> MigrationSet {
        try MigrationSet(MixModelMigrations.area, MixModelMigrations.files)
    }
}
