@_spi(PostgresSessions) internal import Postgres
internal import Tenancy

// Tenants of other nodes than the platform's own. Their schemas are made before the directory tells
// of them and dropped before it forgets them, so that whatever is interrupted can be done again,
// and what is left over is named by the audit.
extension TenantAdministration {
    /// Adds a tenant's place in the directory.
    func append(
        _ slug: TenantSlug,
        _ settings: TenantSettings,
        of tenant: TenantID,
        on node: String,
        to batch: inout Batch
    ) {
        batch.append(
            .insertTenant,
            tenant.text,
            slug.text,
            settings.timeZone,
            settings.currency,
            Int16(settings.weekStart.rawValue),
            Int32(settings.attributionDays),
            Int32(settings.retentionDays),
            node
        )
    }

    /// Makes a tenant on a node, and then its place in the directory; if that fails, what was made
    /// is taken away again.
    ///
    /// - Parameters:
    ///   - tenant: its new id.
    ///   - making: makes its schema, in the node's database.
    ///   - slug: what people call it.
    ///   - settings: what it has settled.
    ///   - node: where.
    /// - Throws: ``SchemaError``, or `PostgresError`.
    func create(
        _ tenant: TenantID,
        by making: Batch,
        _ slug: TenantSlug,
        _ settings: TenantSettings,
        on node: String
    ) async throws {
        try await migrator.prepare(node: node)
        let pool = try migrator.pool(of: node)
        _ = try await pool.run(making, as: nil, .writes, before: deadline)
        let plan = migrator.plan
        var entry = Batch()
        append(slug, settings, of: tenant, on: node, to: &entry)
        entry.append(
            .noteVersionsAway,
            tenant.text,
            plan.tenant.map(\.area),
            plan.tenant.map { Int64($0.version) }
        )
        entry.append(.noteDone, plan.fingerprint, tenant.text)
        let details = ["slug": slug.text, "node": node]
        entry.append(try audit("tenant.create", tenant, details))
        do {
            _ = try await migrator.pool.run(
                entry,
                as: Migrator.platformScope,
                .writes,
                before: deadline
            )
        } catch {
            // Of an unknown outcome the directory may come to tell: nothing is taken away.
            if error.kind != .outcomeUnknown { try await drop(tenant, on: node) }
            throw error
        }
    }

    /// Takes away what a node has of a tenant, also a second time.
    func drop(_ tenant: TenantID, on node: String) async throws {
        var batch = Batch()
        batch.append(.takeTenant, tenant.text)
        batch.append(.enterSchema, "platform")
        Self.append(droppingOf: tenant, to: &batch)
        _ = try await migrator.pool(of: node)
            .run(batch, as: nil, .writes, before: deadline)
    }

    /// Where a tenant lies that is to be ended.
    ///
    /// - Throws: ``SchemaError/wrongState(_:needed:)`` if it is not suspended.
    func node(ofSuspended tenant: TenantID) async throws -> String {
        var batch = Batch()
        batch.append(.suspendedPlace, tenant.text)
        let rows = try await migrator.pool.run(
            batch,
            as: Migrator.platformScope,
            .reads,
            before: deadline
        )[0]
        guard let row = try rows.atMostOne() else {
            throw SchemaError.wrongState(tenant, needed: "suspended")
        }
        return try row.read(String.self, at: 0)
    }
}

extension Statement {
    fileprivate static let suspendedPlace = Statement(
        "schema.suspended_place",
        "select node from tenants where id = $1 and state = 'suspended'"
    )
}
