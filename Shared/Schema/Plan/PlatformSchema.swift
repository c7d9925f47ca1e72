@_spi(PostgresSessions) internal import Postgres
@_spi(PostgresSessions) public import Tenancy

/// How far the platform's own schema has been migrated, as services see it.
public enum PlatformSchema {
    /// What the platform's schema lacks for this code to work with it; see
    /// ``Tenancy/SchemaRequirement``.
    ///
    /// - Parameters:
    ///   - database: of a service's login.
    ///   - deadline: when the answer must be here.
    /// - Returns: the migration, as `platform/m0001_directory`; nil if nothing is missing.
    /// - Throws: `PostgresError` if nobody can tell.
    public static func missing(
        in database: TenantDatabase,
        before deadline: ContinuousClock.Instant
    ) async throws -> String? {
        let requirement = try MigrationSet.platform().requirement
        var batch = Batch()
        batch.append(.platformVersion)
        let rows: Rows
        do throws(PostgresError) {
            rows = try await database.platform.run(batch, as: nil, .reads, before: deadline)[0]
        } catch {
            // There is no such table before the first migration, and nobody may read it before one
            // that published it.
            guard error.sqlState == .undefinedTable || error.sqlState == .insufficientPrivilege
            else { throw error }
            return requirement.missing(in: [:])
        }
        let version = try rows.atMostOne()?.read(Int?.self, at: 0) ?? 0
        return requirement.missing(in: [requirement.area: version])
    }
}

extension Statement {
    fileprivate static let platformVersion = Statement(
        "schema.platform_version",
        "select max(version) from platform.schema_migrations where area = 'platform'"
    )

    /// Lets services see how far the platform has been migrated.
    static let publishVersions = Statement(
        "schema.publish_versions",
        """
        grant select on platform.schema_migrations
            to svc_ingest, svc_attribution, svc_mmm, svc_experiment, svc_insights, svc_gateway
        """
    )
}
