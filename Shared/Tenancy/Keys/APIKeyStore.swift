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
    private let known: APIKeyCache

    /// How long what was found is remembered.
    public static let maximumAge = Duration.seconds(4)
    /// How long the database may take to find a key.
    private static let readTimeout = Duration.seconds(5)

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
        let pool = database.platform
        self.pool = pool
        known = APIKeyCache(instant: instant) { id in
            var batch = Batch()
            batch.append(.findKey, id.text)
            let latest = ContinuousClock.now.advanced(by: Self.readTimeout)
            let rows = try await pool.run(batch, as: nil, .reads, before: latest)[0]
            return try Self.granted(in: rows)
        }
        self.peppers = peppers
        self.environment = environment
        self.now = now
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
        known.forget(id)
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
        known.forget(id)
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

    // MARK: Checking keys

    /// Checks what a caller has sent against the texts of keys that were checked a moment ago,
    /// which costs a fraction of ``check(_:from:before:)``.
    ///
    /// A text is remembered as long as what was found of its key, where nobody sees it, and
    /// forgotten with it.
    ///
    /// - Parameters:
    ///   - text: what a caller has sent.
    ///   - origin: the value of the field `origin`; nil if there is none.
    /// - Returns: what the key may do, and for which tenants; nil if the text has to be read as a
    ///   key and checked.
    /// - Throws: ``APIKeyRecord/Refusal`` of a key that is known and does not count.
    public func known(
        _ text: String,
        from origin: String?
    ) throws(APIKeyRecord.Refusal) -> GrantedKey? {
        guard let found = known.find(text: text.utf8Span.span.asRawSpan) else { return nil }
        try found.record.checkUse(from: origin, at: now())
        return found
    }

    /// Checks a key that a caller has sent; one whose pepper is old is hashed anew.
    ///
    /// A key that is not known is read once for all who ask, however long they wait: who gives up
    /// has their task cancelled.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - origin: the value of the field `origin`; nil if there is none.
    ///   - deadline: when a key that is hashed anew must be stored; it is read in its own time.
    /// - Returns: what the key may do, and for which tenants.
    /// - Throws: ``APIKeyRecord/Refusal``, `wrongKey` also if there is none, `PostgresError`,
    ///   `SingleFlightFull`, or `CancellationError`.
    public func check(
        _ key: APIKey,
        from origin: String?,
        before deadline: ContinuousClock.Instant
    ) async throws -> GrantedKey {
        guard let found = try await known.find(key.id) else {
            throw APIKeyRecord.Refusal.wrongKey
        }
        try found.record.check(key, from: origin, at: now(), with: peppers)
        guard found.record.hash.pepperID != peppers.currentID else {
            known.note(key.bytes, of: found)
            return found
        }
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
        known.forget(key.id)
        return found
    }

    /// The keys that act for a tenant, in the order of their ids; also those that do not count any
    /// more.
    ///
    /// - Parameters:
    ///   - tenant: whose.
    ///   - id: after which; nil for the first.
    ///   - limit: how many, 1 to 1,001: a page, and one that tells of another.
    ///   - deadline: when they must be here.
    /// - Returns: the keys.
    /// - Throws: `PostgresError`.
    public func keys(
        of tenant: TenantID,
        after id: APIKeyID? = nil,
        limit: Int,
        before deadline: ContinuousClock.Instant
    ) async throws -> [GrantedKey] {
        var batch = Batch()
        batch.append(.listKeys, tenant, id?.text ?? "", Int64(min(max(limit, 1), 1_001)))
        let rows = try await pool.run(batch, as: nil, .reads, before: deadline)[0]
        return try rows.map { try Self.granted($0) }
    }

    private static func granted(in rows: Rows) throws -> GrantedKey? {
        try rows.atMostOne().map { try granted($0) }
    }

    private static func granted(_ row: Row) throws -> GrantedKey {
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
