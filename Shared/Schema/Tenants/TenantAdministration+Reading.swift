@_spi(PostgresSessions) internal import Postgres
internal import Telemetry
public import Tenancy

// What is known of tenants, as of now: the directory of services may be some seconds old.
extension TenantAdministration {
    /// A tenant by its id.
    ///
    /// - Parameter tenant: which.
    /// - Returns: nil if there is none, or not any more.
    /// - Throws: `PostgresError`.
    public func tenant(_ tenant: TenantID) async throws -> TenantRecord? {
        try await records(tenant.text, nil, after: "", limit: 1).first
    }

    /// A tenant by its slug.
    ///
    /// - Parameter slug: what people call it.
    /// - Returns: nil if there is none.
    /// - Throws: `PostgresError`.
    public func tenant(named slug: String) async throws -> TenantRecord? {
        try await records(nil, slug, after: "", limit: 1).first
    }

    /// Tenants that are active or suspended, in the order of their ids.
    ///
    /// - Parameters:
    ///   - tenant: after which; nil for the first.
    ///   - limit: how many, 1 to 1,001: a page, and one that tells of another.
    /// - Returns: the tenants.
    /// - Throws: `PostgresError`.
    public func tenants(after tenant: TenantID? = nil, limit: Int) async throws -> [TenantRecord] {
        try await records(nil, nil, after: tenant?.text ?? "", limit: min(max(limit, 1), 1_001))
    }

    private func records(
        _ id: String?,
        _ slug: String?,
        after last: String,
        limit: Int
    ) async throws -> [TenantRecord] {
        var batch = Batch()
        batch.append(Self.find, id, slug, last, Int64(limit))
        let rows = try await migrator.pool.run(
            batch,
            as: Migrator.platformScope,
            .reads,
            before: deadline
        )[0]
        return try rows.map { try Self.record($0) }
    }

    private static func record(_ row: Row) throws -> TenantRecord {
        let (
            id, slug, state, version, zone, currency, weekStart, attributionDays, retentionDays,
            createdAt, changedAt, areas, versions
        ) = try row.read(
            TenantID.self,
            String.self,
            TenantEntry.State.self,
            Int64.self,
            String.self,
            String.self,
            Int.self,
            Int.self,
            Int.self,
            UTCTimestamp.self,
            UTCTimestamp.self,
            [String].self,
            [Int].self
        )
        let settings = TenantSettings(
            timeZone: zone,
            currency: currency,
            weekStart: TenantSettings.Weekday(rawValue: weekStart) ?? .monday,
            attributionDays: attributionDays,
            retentionDays: retentionDays
        )
        return TenantRecord(
            id: id,
            slug: slug,
            state: state,
            // The table's conditions are those of the settings.
            settings: settings ?? TenantSettings(),
            settingsVersion: version,
            createdAt: createdAt,
            changedAt: changedAt,
            versions: Dictionary(zip(areas, versions)) { _, last in last }
        )
    }

    private static let find = Statement(
        "schema.find_tenants",
        """
        select t.id, t.slug, t.state, t.settings_version, t.time_zone, t.currency, t.week_start,
            t.attribution_days, t.retention_days, t.created_at, t.changed_at,
            coalesce(v.areas, '{}'), coalesce(v.versions, '{}')
        from platform.tenants t
        left join lateral (
            select array_agg(area order by area) as areas,
                array_agg(version::bigint order by area) as versions
            from platform.tenant_versions where tenant_id = t.id
        ) v on true
        where t.state <> 'deleted' and ($1::text is null or t.id = $1)
            and ($2::text is null or t.slug = $2) and t.id > $3
        order by t.id limit $4
        """
    )
}
