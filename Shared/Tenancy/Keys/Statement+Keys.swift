internal import Crypto
internal import Postgres
internal import Telemetry
internal import Wire

// The statements of ``APIKeyStore``.
extension Statement {
    static let findKey = Statement(
        "tenancy.find_key",
        """
        select k.id, k.pepper_id, k.code, k.scopes, k.origins, k.expires_at, k.revoked_at,
            coalesce((
                select array_agg(g.tenant_id order by g.tenant_id) from platform.grants g
                where g.holder_kind = 'key' and g.holder_id = k.id
            ), '{}')
        from platform.api_keys k where k.id = $1
        """
    )

    /// The same, and nobody else changes the key until the transaction ends.
    static let lockKey = Statement(
        "tenancy.lock_key",
        """
        select k.id, k.pepper_id, k.code, k.scopes, k.origins, k.expires_at, k.revoked_at,
            coalesce((
                select array_agg(g.tenant_id order by g.tenant_id) from platform.grants g
                where g.holder_kind = 'key' and g.holder_id = k.id
            ), '{}')
        from platform.api_keys k where k.id = $1 for update
        """
    )

    static let listKeys = Statement(
        "tenancy.list_keys",
        """
        select k.id, k.pepper_id, k.code, k.scopes, k.origins, k.expires_at, k.revoked_at,
            coalesce((
                select array_agg(g.tenant_id order by g.tenant_id) from platform.grants g
                where g.holder_kind = 'key' and g.holder_id = k.id
            ), '{}')
        from platform.api_keys k
            join platform.grants own on own.holder_kind = 'key' and own.holder_id = k.id
        where own.tenant_id = $1 and k.id > $2
        order by k.id limit $3
        """
    )

    fileprivate static let insertKey = Statement(
        "tenancy.insert_key",
        """
        insert into platform.api_keys
            (id, pepper_id, code, scopes, origins, created_at, expires_at, revoked_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """
    )

    static let insertGrant = Statement(
        "tenancy.insert_key_grant",
        """
        insert into platform.grants (holder_kind, holder_id, tenant_id) values ('key', $1, $2)
        """
    )

    static let endKey = Statement(
        "tenancy.end_key",
        "update platform.api_keys set expires_at = $2 where id = $1"
    )

    static let revokeKey = Statement(
        "tenancy.revoke_key",
        "update platform.api_keys set revoked_at = least(revoked_at, $2) where id = $1"
    )

    /// Changes nothing if someone else was faster.
    static let rehashKey = Statement(
        "tenancy.rehash_key",
        "update platform.api_keys set pepper_id = $3, code = $4 where id = $1 and pepper_id = $2"
    )
}

extension Batch {
    /// Adds the insertion of a key's record.
    mutating func append(_ record: APIKeyRecord, createdAt: UTCTimestamp) {
        var origins: [String]?
        if case .browser(let some) = record.use { origins = some.sorted() }
        append(
            .insertKey,
            record.id.text,
            Int64(record.hash.pepperID.number),
            SharedBytes(record.hash.code),
            record.scopes.text,
            origins,
            createdAt,
            record.expiresAt,
            record.revokedAt
        )
    }
}
