@_spi(PostgresSessions) internal import Postgres
public import Tenancy

/// Looks in the catalog whether tenants are kept apart, and whether their schemas are what the
/// migrations make.
///
/// It reads only, and is run after every migration.
public struct TenantAudit: Sendable {
    private let migrator: Migrator

    /// An audit of the tenants of a database.
    public init(_ migrator: Migrator) { self.migrator = migrator }

    /// The rights that someone has who should not, and what breaks the rules of tenants' tables.
    ///
    /// - Returns: one line for each fault, in order; empty if all is well.
    /// - Throws: `PostgresError`.
    public func faults() async throws -> [String] {
        var faults: [String] = []
        for (node, tenants) in try await migrator.tenantsByNode() {
            var batch = Batch()
            for statement in Statement.audits { batch.append(statement) }
            batch.append(.unmatchedSchemas, tenants.map(\.text))
            for row in try await read(batch, on: node).joined() {
                let fault = try row.read(String.self, at: 0)
                faults.append(node.isEmpty ? fault : "\(fault), on node '\(node)'")
            }
        }
        return faults.sorted()
    }

    private func read(_ batch: Batch, on node: String) async throws -> [Rows] {
        try await migrator.pool(of: node)
            .run(batch, as: Migrator.platformScope, .reads, before: migrator.deadline)
    }

    /// What a tenant's schema is made of, as one number: tables, columns, defaults, constraints,
    /// indexes, views, sequences, functions, owners and rights, whatever the tenant is called.
    ///
    /// - Parameter tenant: which.
    /// - Returns: 32 hexadecimal digits; equal for equal schemas.
    /// - Throws: `PostgresError`.
    public func fingerprint(of tenant: TenantID) async throws -> String {
        var batch = Batch()
        batch.append(.fingerprint, tenant.schemaName)
        let rows = try await read(batch, on: try await migrator.place(of: tenant).node)
        return try rows[0].one().read(String.self, at: 0)
    }

    /// The tenants whose schemas are made of something else than those of most tenants with the
    /// same migrations.
    ///
    /// - Returns: in order of their ids; empty if all are equal.
    /// - Throws: `PostgresError`.
    public func deviants() async throws -> [TenantID] {
        var groups: [String: [String: [TenantID]]] = [:]
        for node in try await migrator.tenantsByNode().keys {
            var asking = Batch()
            asking.append(.migratedTo, node)
            var versions: [TenantID: String] = [:]
            for row in try await read(asking, on: "")[0] {
                let (tenant, version) = try row.read(TenantID.self, String.self)
                versions[tenant] = version
            }
            var batch = Batch()
            batch.append(.fingerprints, versions.keys.map(\.text))
            for row in try await read(batch, on: node)[0] {
                let (tenant, fingerprint) = try row.read(TenantID.self, String.self)
                groups[versions[tenant] ?? "", default: [:]][fingerprint, default: []]
                    .append(tenant)
            }
        }
        return groups.values.flatMap { group in
            // Among equally frequent ones the lesser number is taken for the right one.
            let usual = group.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
            return group.filter { $0.key != usual?.key }.flatMap(\.value)
        }.sorted()
    }
}
