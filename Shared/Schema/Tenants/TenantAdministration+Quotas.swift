@_spi(PostgresSessions) internal import Postgres
public import Tenancy

// How much tenants may use. What changes here, services know within seconds, by their directory.
extension TenantAdministration {
    /// How many quotas of its own a tenant may have.
    public static let mostQuotas = 64

    /// A tenant's own quotas.
    ///
    /// - Parameter tenant: which.
    /// - Returns: the limits by their names.
    /// - Throws: `PostgresError`.
    public func quotas(of tenant: TenantID) async throws -> [String: QuotaLimit] {
        var batch = Batch()
        batch.append(Self.findQuotas, tenant)
        let rows = try await migrator.pool.run(
            batch,
            as: Migrator.platformScope,
            .reads,
            before: deadline
        )[0]
        var quotas: [String: QuotaLimit] = [:]
        for row in rows {
            let (name, amount, window, burst) = try row.read(
                String.self,
                Int.self,
                Int64.self,
                Int.self
            )
            quotas[name] = QuotaLimit(amount, per: .milliseconds(window), burst: burst)
        }
        return quotas
    }

    /// Gives a tenant a quota of its own, or another one of the name.
    ///
    /// - Parameters:
    ///   - name: what it is of: 1 to 32 of `a-z`, `0-9`, `-` and `_`, a letter first.
    ///   - limit: how much, in whole milliseconds.
    ///   - tenant: whose.
    /// - Throws: ``SchemaError/wrongState(_:needed:)`` if there is no such tenant;
    ///   ``SchemaError/tooManyQuotas(_:)``; `PostgresError`.
    public func setQuota(
        _ name: String,
        _ limit: QuotaLimit,
        of tenant: TenantID
    ) async throws {
        let (seconds, attoseconds) = limit.window.components
        let window = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        let details = ["name": name, "amount": "\(limit.amount)", "window": "\(limit.window)"]
        try await change(tenant, "quota.set", details, needed: "there") {
            $0.append(.touchTenant, tenant.text)
            $0.append(
                Self.putQuota,
                tenant,
                name,
                Int64(limit.amount),
                window,
                Int64(limit.burst)
            )
            $0.append(Self.countQuotas, tenant)
        } check: { results in
            guard try results[2].one().read(Int.self, at: 0) <= Self.mostQuotas else {
                throw SchemaError.tooManyQuotas(tenant)
            }
        }
    }

    /// Has a tenant use what all may use again.
    ///
    /// - Parameters:
    ///   - name: what it is of.
    ///   - tenant: whose.
    /// - Returns: false if it had no such quota.
    /// - Throws: ``SchemaError/wrongState(_:needed:)`` if there is no such tenant; `PostgresError`.
    public func deleteQuota(_ name: String, of tenant: TenantID) async throws -> Bool {
        guard try await quotas(of: tenant)[name] != nil else { return false }
        try await change(tenant, "quota.delete", ["name": name], needed: "there") {
            $0.append(.touchTenant, tenant.text)
            $0.append(Self.dropQuota, tenant, name)
        }
        return true
    }

    private static let findQuotas = Statement(
        "schema.find_quotas",
        """
        select name, amount, window_milliseconds, burst
        from platform.quotas where tenant_id = $1 order by name
        """
    )
    private static let putQuota = Statement(
        "schema.put_quota",
        """
        insert into platform.quotas
            (tenant_id, name, amount, window_milliseconds, burst, changed_at)
        select id, $2, $3, $4, $5, clock_timestamp()
        from platform.tenants where id = $1 and state <> 'deleted'
        on conflict (tenant_id, name) do update
        set amount = excluded.amount, window_milliseconds = excluded.window_milliseconds,
            burst = excluded.burst, changed_at = excluded.changed_at
        """
    )
    private static let countQuotas = Statement(
        "schema.count_quotas",
        "select count(*) from platform.quotas where tenant_id = $1"
    )
    private static let dropQuota = Statement(
        "schema.drop_quota",
        "delete from platform.quotas where tenant_id = $1 and name = $2"
    )
}
