public import Crypto
internal import Net
@_spi(PostgresSessions) internal import Postgres
public import Telemetry
internal import Wire

/// The API keys of the platform: made, found, replaced and taken back.
///
/// What is found is remembered for at most four seconds, so that a key that is taken back counts
/// nowhere after five; ids that are not there are remembered too.
public final class APIKeyStore: Sendable {
    private let pool: PostgresPool
    private let peppers: KeyRing<AuthenticationKey>
    private let environment: APIKeyEnvironment
    private let now: @Sendable () -> UTCTimestamp
    private let instant: @Sendable () -> ContinuousClock.Instant
    private let known = Locked<[APIKeyID: Known]>([:])

    /// How long what was found is remembered.
    public static let maximumAge = Duration.seconds(4)
    /// How many keys are remembered; when there are more, all are forgotten.
    private static let maximumKnown = 20_000

    private struct Known {
        let key: GrantedKey?
        let until: ContinuousClock.Instant
    }

    /// A key and the tenants that it may act for.
    public struct GrantedKey: Hashable, Sendable {
        /// The key.
        public let record: APIKeyRecord
        /// The tenants, in order of their ids.
        public let tenants: [TenantID]
    }

    /// A store.
    ///
    /// - Parameters:
    ///   - database: that of the gateway, or of another login that may read keys.
    ///   - peppers: the current one makes hashes, all check them.
    ///   - environment: which of our installations keys are for.
    ///   - now: the time of day.
    ///   - instant: the monotonic clock.
    public init(
        _ database: TenantDatabase,
        peppers: KeyRing<AuthenticationKey>,
        environment: APIKeyEnvironment,
        now: @escaping @Sendable () -> UTCTimestamp = { .now },
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        pool = database.platform
        self.peppers = peppers
        self.environment = environment
        self.now = now
        self.instant = instant
    }

    // MARK: Making and ending keys

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - tenants: the tenants that it may act for.
    ///   - scopes: what it may do.
    ///   - use: where it may be used.
    ///   - expiresAt: until when it counts; nil for ever.
    ///   - actor: who makes it, for the audit log.
    ///   - deadline: when it must be done.
    /// - Returns: the key, to be shown once.
    /// - Throws: ``APIKeyRecord/Fault``, or `PostgresError`.
    public func create(
        for tenants: [TenantID],
        scopes: ScopeSet,
        use: APIKeyRecord.Use = .server,
        expiresAt: UTCTimestamp? = nil,
        by actor: Actor,
        before deadline: ContinuousClock.Instant
    ) async throws -> APIKey {
        let key = APIKey(environment: environment)
        let hash = APIKeyHash(key, with: peppers)
        let record = try APIKeyRecord(
            id: key.id,
            hash: hash,
            scopes: scopes,
            use: use,
            expiresAt: expiresAt
        )
        var batch = Batch()
        batch.append(record, createdAt: now())
        for tenant in tenants { batch.append(.insertGrant, key.id.text, tenant) }
        for tenant in tenants {
            batch.append(try event("key.create", key.id, by: actor, for: tenant))
        }
        _ = try await pool.run(batch, as: nil, .writes, before: deadline)
        return key
    }

    /// Replaces a key by one with the same rights for the same tenants.
    ///
    /// - Parameters:
    ///   - id: the key.
    ///   - overlap: how long the old one still counts.
    ///   - expiresAt: until when the new one counts; nil for ever.
    ///   - actor: who does it.
    ///   - deadline: when it must be done.
    /// - Returns: the new key, to be shown once; nil if there is no such key.
    /// - Throws: ``APIKeyRecord/Refusal`` if the key does not count any more, or `PostgresError`.
    public func rotate(
        _ id: APIKeyID,
        overlap: Duration,
        expiresAt: UTCTimestamp? = nil,
        by actor: Actor,
        before deadline: ContinuousClock.Instant
    ) async throws -> APIKey? {
        let time = now()
        let rotated: APIKey? = try await pool.transaction(as: nil, before: deadline) {
            let rows = try await $0.query(.lockKey, id.text)
            guard let old = try Self.granted(in: rows) else { return nil }
            try old.record.checkIsCurrent(at: time)
            let rotation = old.record.rotated(
                overlap: overlap,
                expiresAt: expiresAt,
                environment: environment,
                at: time,
                with: peppers
            )
            var batch = Batch()
            batch.append(.endKey, id.text, rotation.old.expiresAt)
            batch.append(rotation.new, createdAt: time)
            for tenant in old.tenants {
                batch.append(.insertGrant, rotation.key.id.text, tenant)
                batch.append(try event("key.rotate", id, by: actor, for: tenant))
            }
            _ = try await $0.run(batch)
            return rotation.key
        }
        forget(id)
        return rotated
    }

    /// Takes a key back, for ever: here at once, elsewhere within five seconds.
    ///
    /// - Parameters:
    ///   - id: the key.
    ///   - actor: who does it.
    ///   - deadline: when it must be done.
    /// - Returns: false if there is no such key.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func revoke(
        _ id: APIKeyID,
        by actor: Actor,
        before deadline: ContinuousClock.Instant
    ) async throws -> Bool {
        let time = now()
        let isThere = try await pool.transaction(as: nil, before: deadline) {
            guard let key = try Self.granted(in: try await $0.query(.lockKey, id.text)) else {
                return false
            }
            var batch = Batch()
            batch.append(.revokeKey, id.text, time)
            for tenant in key.tenants {
                batch.append(try event("key.revoke", id, by: actor, for: tenant))
            }
            _ = try await $0.run(batch)
            return true
        }
        forget(id)
        return isThere
    }

    private func event(
        _ action: String,
        _ id: APIKeyID,
        by actor: Actor,
        for tenant: TenantID
    ) throws -> AuditEvent {
        try AuditEvent(action, of: id.text, by: actor, for: tenant, .done, at: now())
    }

    private func forget(_ id: APIKeyID) {
        known.withLock { $0[id] = nil }
    }

    // MARK: Checking keys

    /// Checks a key that a caller has sent; one whose pepper is old is hashed anew.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - origin: the value of the field `origin`; nil if there is none.
    ///   - deadline: when the answer must be here.
    /// - Returns: what the key may do, and for which tenants.
    /// - Throws: ``APIKeyRecord/Refusal``, `wrongKey` also if there is none, or `PostgresError`.
    public func check(
        _ key: APIKey,
        from origin: String?,
        before deadline: ContinuousClock.Instant
    ) async throws -> GrantedKey {
        guard let found = try await find(key.id, before: deadline) else {
            throw APIKeyRecord.Refusal.wrongKey
        }
        try found.record.check(key, from: origin, at: now(), with: peppers)
        if found.record.hash.pepperID != peppers.currentID {
            let hash = APIKeyHash(key, with: peppers)
            var batch = Batch()
            batch.append(
                .rehashKey,
                key.id.text,
                Int64(found.record.hash.pepperID.number),
                Int64(hash.pepperID.number),
                SharedBytes(hash.code)
            )
            _ = try await pool.run(batch, as: nil, .writes, before: deadline)
            forget(key.id)
        }
        return found
    }

    private func find(
        _ id: APIKeyID,
        before deadline: ContinuousClock.Instant
    ) async throws -> GrantedKey? {
        // What is read is at least as new as this.
        let start = instant()
        if let known = known.withLock({ $0[id] }), start < known.until { return known.key }
        var batch = Batch()
        batch.append(.findKey, id.text)
        let rows = try await pool.run(batch, as: nil, .reads, before: deadline)[0]
        let key = try Self.granted(in: rows)
        known.withLock { known in
            if known.count >= Self.maximumKnown { known.removeAll(keepingCapacity: true) }
            known[id] = Known(key: key, until: start.advanced(by: Self.maximumAge))
        }
        return key
    }

    private static func granted(in rows: Rows) throws -> GrantedKey? {
        guard let row = try rows.atMostOne() else { return nil }
        let (id, pepper, code, scopes, origins, expiresAt, revokedAt, tenants) = try row.read(
            String.self,
            Int64.self,
            SharedBytes.self,
            String.self,
            [String]?.self,
            UTCTimestamp?.self,
            UTCTimestamp?.self,
            [String].self
        )
        guard let id = APIKeyID(id), let pepper = UInt32(exactly: pepper).flatMap(KeyID.init),
            let scopes = ScopeSet(text: scopes)
        else { throw CryptoError.malformed("the row of an API key") }
        let record = try APIKeyRecord(
            id: id,
            hash: try APIKeyHash(pepperID: pepper, code: Array(copying: code.bytes)),
            scopes: scopes,
            use: origins.map { .browser(origins: Set($0)) } ?? .server,
            expiresAt: expiresAt,
            revokedAt: revokedAt
        )
        return GrantedKey(record: record, tenants: tenants.compactMap { TenantID($0) })
    }
}

extension APIKeyRecord {
    /// Throws if the key does not count any more.
    fileprivate func checkIsCurrent(at now: UTCTimestamp) throws(Refusal) {
        if revokedAt != nil { throw .revoked }
        if let expiresAt, expiresAt.milliseconds <= now.milliseconds { throw .expired }
    }
}
