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

    /// The administration, in the name of someone.
    ///
    /// - Parameters:
    ///   - migrator: has brought the platform up to date.
    ///   - actor: who stands in the audit log.
    public init(_ migrator: Migrator, by actor: Actor) {
        self.migrator = migrator
        self.actor = actor
    }

    // MARK: The beginning

    /// Makes a tenant: role, schema, all tables, rights and its place in the directory.
    ///
    /// - Parameters:
    ///   - slug: what people call it.
    ///   - settings: what it has settled.
    /// - Returns: its id, which no other tenant has had.
    /// - Throws: ``SchemaError/slugTaken(_:)``, or `PostgresError`.
    public func create(
        _ slug: TenantSlug,
        settings: TenantSettings = TenantSettings()
    ) async throws -> TenantID {
        var generator = SecureRandom()
        let tenant = TenantID.random(using: &generator)
        var batch = Batch()
        batch.append(.takeTenant, tenant.text)
        batch.append(.makeSchema)
        batch.append(.enterSchema, tenant.schemaName)
        batch.append(.grantRights)
        batch.append(.makeMigrationTable)
        let steps = try MigrationPlan.steps(of: migrator.plan.tenant, after: [], in: "")
        for step in steps { batch.append(step) }
        batch.append(.protectMigrationTable)
        batch.append(
            .insertTenant,
            tenant.text,
            slug.text,
            settings.timeZone,
            settings.currency,
            Int16(settings.weekStart.rawValue),
            Int32(settings.attributionDays),
            Int32(settings.retentionDays)
        )
        batch.append(.noteVersions, tenant.text)
        batch.append(.noteDone, migrator.plan.fingerprint, tenant.text)
        batch.append(try audit("tenant.create", tenant, ["slug": slug.text]))
        do throws(PostgresError) {
            _ = try await migrator.pool.run(batch, as: nil, .writes, before: migrator.deadline)
        } catch {
            if error.constraint == "tenants_slug_key" { throw SchemaError.slugTaken(slug) }
            throw Self.naming(settings, in: error)
        }
        return tenant
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

    private func change(
        _ tenant: TenantID,
        _ action: String,
        _ details: [String: String] = [:],
        needed: String,
        _ append: (inout Batch) -> Void
    ) async throws {
        var change = Batch()
        append(&change)
        var record = Batch()
        record.append(try audit(action, tenant, details))
        let (changing, recording) = (change, record)
        let deadline = migrator.deadline
        try await migrator.pool.transaction(as: Migrator.platformScope, before: deadline) {
            guard try await $0.run(changing)[0].affected == 1 else {
                throw SchemaError.wrongState(tenant, needed: needed)
            }
            _ = try await $0.run(recording)
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
        try await migrator.pool.transaction(as: nil, before: migrator.deadline) { transaction in
            var opening = Batch()
            opening.append(.takeTenant, tenant.text)
            opening.append(.enterSchema, "platform")
            opening.append(.buryTenant, tenant.text)
            guard try await transaction.run(opening)[2].affected == 1 else {
                throw SchemaError.wrongState(tenant, needed: "suspended")
            }
            var ending = Batch()
            ending.append(.deleteGrants, tenant.text)
            ending.append(.deleteVersions, tenant.text)
            ending.append(.deleteSteps, tenant.text)
            ending.append(event)
            ending.append(.dropSchema)
            ending.append(.leaveSchema)
            ending.append(.dropRole)
            _ = try await transaction.run(ending)
        }
    }

    private func audit(
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
