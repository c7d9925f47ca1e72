public import Crypto
public import Postgres
public import Telemetry
internal import Wire

/// The credentials that tenants have entrusted to us, in each tenant's own schema.
///
/// An API may set, list and remove them; only the code that uses one opens it.
public struct SecretStore: Sendable {
    private let seals: TenantSecrets

    /// A store.
    ///
    /// - Parameter seals: seals and opens.
    public init(_ seals: TenantSecrets) { self.seals = seals }

    /// Sets a secret, in place of one of the same name.
    ///
    /// - Parameters:
    ///   - secret: 1 to 65,536 bytes.
    ///   - name: what the tenant calls it.
    ///   - scope: whose it is.
    ///   - now: the time.
    /// - Returns: what may be told of it.
    /// - Throws: `CryptoError.malformed` for another number of bytes, or `PostgresError`.
    @discardableResult
    public func set(
        _ secret: SecretBytes,
        named name: SecretName,
        in scope: TenantScope,
        at now: UTCTimestamp
    ) async throws -> SecretSummary {
        let envelope = try seals.seal(secret, named: name, of: scope.tenant)
        let summary = SecretSummary(name, of: secret, setAt: now)
        try await scope.write(
            .setSecret,
            name.text,
            SharedBytes(envelope.bytes),
            Int64(envelope.keyID.number),
            summary.lastFour,
            now
        )
        return summary
    }

    /// What may be told of all secrets of a tenant, in order of their names.
    ///
    /// - Parameter scope: whose they are.
    /// - Returns: at most a thousand.
    /// - Throws: `PostgresError`.
    public func list(in scope: TenantScope) async throws -> [SecretSummary] {
        var summaries: [SecretSummary] = []
        for row in try await scope.read(.listSecrets) {
            let (name, lastFour, setAt) = try row.read(
                SecretName.self,
                String?.self,
                UTCTimestamp.self
            )
            summaries.append(SecretSummary(name, lastFour: lastFour, setAt: setAt))
        }
        return summaries
    }

    /// Removes a secret.
    ///
    /// - Parameters:
    ///   - name: what the tenant calls it.
    ///   - scope: whose it is.
    /// - Returns: false if there is none.
    /// - Throws: `PostgresError`.
    @discardableResult
    public func remove(_ name: SecretName, in scope: TenantScope) async throws -> Bool {
        try await scope.write(.removeSecret, name.text).affected == 1
    }

    /// Opens a secret, for whoever uses it: nothing gives it to a caller.
    ///
    /// - Parameters:
    ///   - name: what the tenant calls it.
    ///   - scope: whose it is.
    /// - Returns: nil if there is none.
    /// - Throws: `CryptoError` if it was not sealed by us for this, or `PostgresError`.
    public func open(_ name: SecretName, in scope: TenantScope) async throws -> SecretBytes? {
        guard let row = try await scope.read(.findSecret, name.text).atMostOne() else { return nil }
        let bytes = try row.read(SharedBytes.self, at: 0)
        let envelope = try Envelope(Array(copying: bytes.bytes))
        return try seals.open(envelope, named: name, of: scope.tenant)
    }

    /// Seals a tenant's secrets with the current key-encryption key, as far as others were used.
    ///
    /// - Parameter scope: whose they are.
    /// - Returns: how many were sealed anew.
    /// - Throws: `CryptoError` if one was not sealed by us, or `PostgresError`.
    public func rewrap(in scope: TenantScope) async throws -> Int {
        try await scope.transaction { transaction in
            var count = 0
            let rows = try await transaction.query(.lockSecrets, Int64(seals.currentID.number))
            for row in rows {
                let (name, bytes) = try row.read(SecretName.self, SharedBytes.self)
                let old = try Envelope(Array(copying: bytes.bytes))
                let new = try seals.rewrapped(old, named: name, of: scope.tenant)
                try await transaction.query(
                    .rewrapSecret,
                    name.text,
                    SharedBytes(new.bytes),
                    Int64(new.keyID.number)
                )
                count += 1
            }
            return count
        }
    }
}

extension SecretName: PostgresDecodable {
    /// As text.
    public static func canRead(_ type: PostgresType) -> Bool { String.canRead(type) }
    /// Reads a name; another text is an error.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> SecretName? {
        String.read(bytes, as: type).flatMap { SecretName($0) }
    }
}

extension Statement {
    fileprivate static let setSecret = Statement(
        "tenancy.set_secret",
        """
        insert into secrets (name, envelope, key_id, last_four, set_at)
        values ($1, $2, $3, $4, $5)
        on conflict (name) do update
            set envelope = excluded.envelope, key_id = excluded.key_id,
                last_four = excluded.last_four, set_at = excluded.set_at
        """
    )
    fileprivate static let listSecrets = Statement(
        "tenancy.list_secrets",
        "select name, last_four, set_at from secrets order by name limit 1000"
    )
    fileprivate static let removeSecret = Statement(
        "tenancy.remove_secret",
        "delete from secrets where name = $1"
    )
    fileprivate static let findSecret = Statement(
        "tenancy.find_secret",
        "select envelope from secrets where name = $1"
    )
    fileprivate static let lockSecrets = Statement(
        "tenancy.lock_secrets",
        "select name, envelope from secrets where key_id <> $1 order by name for update"
    )
    fileprivate static let rewrapSecret = Statement(
        "tenancy.rewrap_secret",
        "update secrets set envelope = $2, key_id = $3 where name = $1"
    )
}
