internal import Crypto
@_spi(PostgresSessions) internal import Postgres
internal import Telemetry
public import Tenancy

/// Makes, changes and ends tenants: for processes that have the login `migrator`, which serve it on
/// their admin listener only.
///
/// Each is one transaction, which also writes the audit log.
public struct TenantAdministration: Sendable {
    let migrator: Migrator
    private let actor: Actor
    private let limit: ContinuousClock.Instant?

    /// The administration, in the name of someone.
    ///
    /// - Parameters:
    ///   - migrator: has brought the platform up to date.
    ///   - actor: who stands in the audit log.
    ///   - deadline: when each of its transactions must be over; nil for the migrator's own limit.
    public init(
        _ migrator: Migrator,
        by actor: Actor,
        before deadline: ContinuousClock.Instant? = nil
    ) {
        self.migrator = migrator
        self.actor = actor
        limit = deadline
    }

    /// When a transaction that begins now must be over.
    var deadline: ContinuousClock.Instant {
        limit.map { min($0, migrator.deadline) } ?? migrator.deadline
    }

    // MARK: The beginning

    /// Makes a tenant: role, schema, all tables, rights and its place in the directory.
    ///
    /// - Parameters:
    ///   - slug: what people call it.
    ///   - settings: what it has settled.
    ///   - node: the libpq keywords in which its database differs from the platform's, which
    ///     ``ClusterRoles`` has prepared; empty for none.
    /// - Returns: its id, which no other tenant has had.
    /// - Throws: ``SchemaError/slugTaken(_:)``, or `PostgresError`.
    public func create(
        _ slug: TenantSlug,
        settings: TenantSettings = TenantSettings(),
        on node: String = ""
    ) async throws -> TenantID {
        var generator = SecureRandom()
        let tenant = TenantID.random(using: &generator)
        var batch = Batch()
        try appendMaking(of: tenant, to: &batch)
        do {
            if node.isEmpty {
                append(slug, settings, of: tenant, on: node, to: &batch)
                batch.append(.noteVersions, tenant.text)
                batch.append(.noteDone, migrator.plan.fingerprint, tenant.text)
                batch.append(try audit("tenant.create", tenant, ["slug": slug.text]))
                _ = try await migrator.pool.run(batch, as: nil, .writes, before: deadline)
            } else {
                try await create(tenant, by: batch, slug, settings, on: node)
            }
        } catch let error as PostgresError {
            if error.constraint == "tenants_slug_key" { throw SchemaError.slugTaken(slug) }
            throw Self.naming(settings, in: error)
        }
        return tenant
    }

    /// Adds what makes a tenant's role and schema, in its own database.
    private func appendMaking(of tenant: TenantID, to batch: inout Batch) throws {
        batch.append(.takeTenant, tenant.text)
        batch.append(.makeSchema)
        batch.append(.enterSchema, tenant.schemaName)
        batch.append(.grantRights)
        batch.append(.makeMigrationTable)
        let steps = try MigrationPlan.steps(of: migrator.plan.tenant, after: [], in: "")
        for step in steps { batch.append(step) }
        batch.append(.protectMigrationTable)
    }

    // MARK: Changes

    /// Suspends a tenant: within 10 s nothing of it is served any more, and its streams end.
    ///
    /// - Parameter tenant: an active one.
    /// - Throws: ``SchemaError``.
    public func suspend(_ tenant: TenantID) async throws {
        try await change(tenant, "tenant.suspend", needed: "active") {
            $0.append(.changeState, tenant.text, "active", "suspended")
        }
    }

    /// Serves a tenant again.
    ///
    /// - Parameter tenant: a suspended one.
    /// - Throws: ``SchemaError``.
    public func resume(_ tenant: TenantID) async throws {
        try await change(tenant, "tenant.resume", needed: "suspended") {
            $0.append(.changeState, tenant.text, "suspended", "active")
        }
    }

    /// Gives a tenant another slug; the old one is free at once.
    ///
    /// - Parameters:
    ///   - tenant: which.
    ///   - slug: the new one.
    /// - Throws: ``SchemaError``.
    public func rename(_ tenant: TenantID, _ slug: TenantSlug) async throws {
        do {
            try await change(tenant, "tenant.rename", ["slug": slug.text], needed: "there") {
                $0.append(.changeSlug, tenant.text, slug.text)
            }
        } catch let error as PostgresError where error.constraint == "tenants_slug_key" {
            throw SchemaError.slugTaken(slug)
        }
    }

    /// Changes a tenant's settings, unless someone else has meanwhile.
    ///
    /// - Parameters:
    ///   - tenant: which.
    ///   - settings: all of them.
    ///   - version: the version that the change was made from.
    /// - Throws: ``SchemaError/settingsChanged(_:)`` if there is a newer version, or no tenant.
    public func setSettings(
        of tenant: TenantID,
        _ settings: TenantSettings,
        replacing version: Int64
    ) async throws {
        do {
            try await change(tenant, "tenant.settings", needed: "") {
                $0.append(
                    .changeSettings,
                    tenant.text,
                    version,
                    settings.timeZone,
                    settings.currency,
                    Int16(settings.weekStart.rawValue),
                    Int32(settings.attributionDays),
                    Int32(settings.retentionDays)
                )
            }
        } catch SchemaError.wrongState {
            throw SchemaError.settingsChanged(tenant)
        } catch let error as PostgresError {
            throw Self.naming(settings, in: error)
        }
    }

    /// The error of a time zone that the server does not know; any other as it is.
    private static func naming(_ settings: TenantSettings, in error: PostgresError) -> any Error {
        error.sqlState == .invalidParameterValue
            ? SchemaError.unknownTimeZone(settings.timeZone) : error
    }

    func change(
        _ tenant: TenantID,
        _ action: String,
        _ details: [String: String] = [:],
        needed: String,
        _ append: (inout Batch) -> Void,
        check: ([Rows]) throws -> Void = { _ in }
    ) async throws {
        var change = Batch()
        append(&change)
        var record = Batch()
        record.append(try audit(action, tenant, details))
        let (changing, recording) = (change, record)
        let deadline = deadline
        try await migrator.pool.transaction(as: Migrator.platformScope, before: deadline) {
            let results = try await $0.run(changing)
            guard results[0].affected == 1 else {
                throw SchemaError.wrongState(tenant, needed: needed)
            }
            try check(results)
            _ = try await $0.run(recording)
        }
    }

    /// Notes that someone takes all that is stored for a tenant; before they do.
    ///
    /// - Parameter tenant: which.
    /// - Throws: ``SchemaError/wrongState(_:needed:)`` if there is no such tenant; `PostgresError`.
    public func noteExport(of tenant: TenantID) async throws {
        try await change(tenant, "tenant.export", needed: "there") {
            $0.append(.touchTenant, tenant.text)
        }
    }

    // MARK: The end

    /// Ends a tenant: schema, role, grants and keys are gone, its slug is free, its id is never
    /// used again.
    ///
    /// Transactions of the tenant that still run are waited for, a while.
    ///
    /// - Parameter tenant: a suspended one.
    /// - Throws: ``SchemaError/wrongState(_:needed:)``, or `PostgresError`.
    public func delete(_ tenant: TenantID) async throws {
        let event = try audit("tenant.delete", tenant, [:])
        let node = try await node(ofSuspended: tenant)
        // What cannot be done together is done in the order in which it can be done again: until
        // the directory says that the tenant is gone, it is suspended.
        if !node.isEmpty { try await drop(tenant, on: node) }
        try await migrator.pool.transaction(as: nil, before: deadline) { transaction in
            var opening = Batch()
            opening.append(.takeTenant, tenant.text)
            opening.append(.enterSchema, "platform")
            opening.append(.buryTenant, tenant.text)
            guard try await transaction.run(opening)[2].affected == 1 else {
                throw SchemaError.wrongState(tenant, needed: "suspended")
            }
            var ending = Batch()
            ending.append(.deleteGrants, tenant.text)
            ending.append(.deleteQuotas, tenant.text)
            ending.append(.deleteVersions, tenant.text)
            ending.append(.deleteSteps, tenant.text)
            ending.append(event)
            if node.isEmpty { Self.append(droppingOf: tenant, to: &ending) }
            _ = try await transaction.run(ending)
        }
    }

    /// Adds what takes away a tenant's schema, role and hints; as the owner of the schema.
    static func append(droppingOf tenant: TenantID, to batch: inout Batch) {
        batch.append(.deleteWakeups, tenant.text)
        batch.append(.dropSchema)
        batch.append(.leaveSchema)
        batch.append(.dropRole)
    }

    func audit(
        _ action: String,
        _ tenant: TenantID,
        _ details: [String: String]
    ) throws -> AuditEvent {
        try AuditEvent(
            action,
            of: tenant.text,
            by: actor,
            for: tenant,
            .done,
            at: .now,
            details: details
        )
    }
}
