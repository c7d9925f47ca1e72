@_spi(PostgresSessions) internal import Postgres
internal import Tenancy

// Tenants whose schemas lie on other servers than the platform. Two servers commit nothing
// together: what is done on the node comes first, is found done if it is asked for again, and
// counts once the platform's rows say so.
extension Migrator {
    /// Where a tenant's schema is.
    struct Place: Sendable, Hashable {
        let id: TenantID
        /// The libpq keywords in which its database differs from the platform's; empty for none.
        let node: String

        init(_ id: TenantID, on node: String) {
            self.id = id
            self.node = node
        }

        /// Reads a row of a tenant and its node.
        init(_ row: Row) throws {
            self.init(try row.tenant(at: 0), on: try row.read(String.self, at: 1))
        }
    }

    /// The database of a node.
    func pool(of node: String) throws(PostgresError) -> PostgresPool {
        node.isEmpty ? pool : try pools.pool(for: try dsn.moved(to: node))
    }

    /// Where a tenant's schema is.
    ///
    /// - Throws: ``SchemaError/unknownTenant(_:)``, or `PostgresError`.
    func place(of tenant: TenantID) async throws -> Place {
        var batch = Batch()
        batch.append(.tenantPlace, tenant.text)
        let rows = try await pool.run(batch, as: Self.platformScope, .reads, before: deadline)[0]
        guard let row = try rows.atMostOne() else { throw SchemaError.unknownTenant(tenant) }
        return try Place(row)
    }

    /// All tenants there are, by their nodes; the platform's own is always among them.
    func tenantsByNode() async throws -> [String: [TenantID]] {
        var batch = Batch()
        batch.append(.tenantPlaces)
        let rows = try await pool.run(batch, as: Self.platformScope, .reads, before: deadline)[0]
        let places = try rows.map { try Place($0) }
        return Dictionary(grouping: places, by: \.node).mapValues { $0.map(\.id) }
            .merging(["": []]) { known, _ in known }
    }

    /// Brings the schemas of a node up to date that are no tenant's.
    ///
    /// Its roles and its database have been prepared by ``ClusterRoles``.
    ///
    /// - Parameter node: what the directory will call it.
    /// - Returns: how many migrations it lacked.
    /// - Throws: ``SchemaError``, or `PostgresError`, soon if the node cannot be reached.
    @discardableResult
    func prepare(node: String) async throws -> Int {
        let pool = try pool(of: node)
        var batch = Batch()
        batch.append(.reachNode)
        _ = try await pool.run(batch, as: nil, .reads, before: .now.advanced(by: limits.reach))
        return try await migratePlatform(on: pool, "node '\(node)'")
    }

    /// Prepares all nodes but the platform's own.
    ///
    /// - Returns: the tenants of those that failed, and why.
    func migrateNodes() async throws -> [TenantID: String] {
        var failures: [TenantID: String] = [:]
        for (node, tenants) in try await tenantsByNode() where !node.isEmpty {
            do {
                try await prepare(node: node)
            } catch let error as PostgresError where error.kind == .cancelled {
                throw error
            } catch {
                for tenant in tenants { failures[tenant] = "node '\(node)': \(error)" }
            }
        }
        return failures
    }

    /// Applies to a tenant of another node all that it lacks, and then tells the platform.
    ///
    /// A run that is interrupted between the two finds nothing to apply, and tells.
    func upgradeAway(_ tenant: Place) async throws -> Int {
        let (plan, id) = (plan, tenant.id)
        let scope = Self.scope(of: id)
        let (count, versions) = try await pool(of: tenant.node)
            .transaction(as: scope, before: deadline) { transaction in
                let steps = try await Self.apply(plan, to: id, in: transaction)
                return (steps.count, try await Self.versions(in: transaction))
            }
        var closing = Batch()
        closing.append(.noteVersionsAway, id.text, versions.map(\.area), versions.map(\.version))
        closing.append(.noteDone, plan.fingerprint, id.text)
        _ = try await pool.run(closing, as: Self.platformScope, .writes, before: deadline)
        return count
    }

    /// How far the areas of the schema of the moment have been migrated.
    static func versions(
        in transaction: PostgresTransaction
    ) async throws -> [(area: String, version: Int64)] {
        try await transaction.query(.appliedVersions).map {
            try $0.read(String.self, Int64.self)
        }
    }
}

extension Statement {
    fileprivate static let reachNode = Statement("schema.reach_node", "select current_database()")

    fileprivate static let tenantPlace = Statement(
        "schema.tenant_place",
        "select id, node from tenants where id = $1 and state <> 'deleted'"
    )

    fileprivate static let tenantPlaces = Statement(
        "schema.tenant_places",
        "select id, node from tenants where state <> 'deleted' order by id"
    )

    fileprivate static let appliedVersions = Statement(
        "schema.applied_versions",
        "select area, max(version)::bigint from schema_migrations group by area"
    )

    /// Writes a tenant's versions into the directory, which counts up if they are others.
    static let noteVersionsAway = Statement(
        "schema.note_versions_away",
        """
        with changed as (
            insert into platform.tenant_versions as known (tenant_id, area, version)
            select $1, area, version from unnest($2, $3) as given (area, version)
            on conflict (tenant_id, area) do update set version = excluded.version
                where known.version <> excluded.version
            returning area
        ), head as (
            update platform.directory_head set version = version + 1
            where exists (select from changed)
            returning version
        )
        update platform.tenants
        set version = head.version, changed_at = clock_timestamp()
        from head where id = $1
        """
    )
}
