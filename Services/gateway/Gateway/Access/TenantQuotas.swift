internal import HTTP2
internal import Net
internal import RPC
internal import Tenancy

/// How often each tenant may still call.
final class TenantQuotas: Sendable {
    private let limit: QuotaLimit
    private let instances: Int
    private let buckets = Locked<[TenantID: Allowance]>([:])

    private struct Allowance {
        let limit: QuotaLimit
        var bucket: TokenBucket
    }

    /// What the directory calls a tenant's own quota of calls.
    private static let name = "default"
    /// When so many tenants are known, those who have rested are forgotten.
    private static let most = 10_000

    init(_ limit: QuotaLimit, instances: Int) {
        self.limit = limit
        self.instances = instances
    }

    /// How often a tenant may call: as the directory says, else as often as all.
    func limit(of tenant: TenantEntry) -> QuotaLimit { tenant.quotas[Self.name] ?? limit }

    /// Counts a call.
    ///
    /// A tenant whose limit has changed begins anew.
    ///
    /// - Parameters:
    ///   - tenant: whose it is.
    ///   - now: the time.
    /// - Returns: whether there was enough, and what is left.
    func take(for tenant: TenantEntry, at now: ContinuousClock.Instant) -> QuotaDecision {
        let limit = limit(of: tenant)
        return buckets.withLock { buckets in
            if buckets.count >= Self.most, buckets[tenant.id] == nil {
                buckets = buckets.filter { !$0.value.bucket.isFull(at: now) }
            }
            let fresh = Allowance(limit: limit, bucket: TokenBucket(limit, at: now))
            if let known = buckets[tenant.id], known.limit != limit { buckets[tenant.id] = fresh }
            return buckets[tenant.id, default: fresh].bucket.take(at: now, instances: instances)
        }
    }

    /// Has an answer say what is left.
    func tell(
        _ decision: QuotaDecision,
        of tenant: TenantEntry,
        in headers: inout Metadata
    ) throws {
        for (name, value) in decision.fields(of: limit(of: tenant)) {
            // How much is left is another with each call.
            try headers.add(name, value, as: name == "ratelimit" ? .fleeting : .plain)
        }
    }
}
