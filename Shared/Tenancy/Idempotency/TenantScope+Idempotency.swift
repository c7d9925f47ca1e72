public import Postgres
public import RPC
public import Telemetry
public import Wire

extension TenantScope {
    /// Does something once for a key, in one transaction with its answer; whoever asks again is
    /// given that.
    ///
    /// A second try that comes while the first is under way waits for it.
    ///
    /// - Parameters:
    ///   - key: what the caller calls the attempt.
    ///   - fingerprint: what is asked.
    ///   - now: the time.
    ///   - work: does it, and returns the answer in its binary form, at most 64 KiB.
    /// - Returns: the answer, of now or of the first time.
    /// - Throws: INVALID_ARGUMENT if something else was asked under the key in the last 24 hours;
    ///   what the closure throws, which leaves the key new; or `PostgresError`.
    public func once(
        _ key: IdempotencyKey,
        _ fingerprint: RequestFingerprint,
        at now: UTCTimestamp,
        _ work: (PostgresTransaction) async throws -> [UInt8]
    ) async throws -> [UInt8] {
        try await transaction { transaction in
            let expired = now.advanced(by: .zero - StoredAnswer.lifetime)
            let asked = SharedBytes(fingerprint.bytes)
            let claim = try await transaction.query(.claimKey, key.text, asked, now, expired)
            if claim.affected == 1 {
                let answer = try StoredAnswer(
                    try await work(transaction),
                    to: fingerprint,
                    storedAt: now
                )
                try await transaction.query(.storeAnswer, key.text, SharedBytes(answer.answer))
                return answer.answer
            }
            let stored = try Self.stored(
                try await transaction.query(.findAnswer, key.text).one()
            )
            // It was not too old for the claim, which read the same clock.
            return try stored.replay(for: fingerprint, at: now) ?? stored.answer
        }
    }

    /// Creates something in one transaction: under a key once, whoever asks how often.
    ///
    /// - Parameters:
    ///   - id: what it is to be called.
    ///   - key: what the caller calls the attempt; nil if it is made but once.
    ///   - request: what is asked.
    ///   - call: the call.
    ///   - work: creates it.
    /// - Returns: what it is called, or what was created under the key before is.
    /// - Throws: INVALID_ARGUMENT if something else was asked under the key in the last 24 hours;
    ///   what the closure throws, or `PostgresError`: then nothing is created.
    public func create<View: MessageView & ~Escapable>(
        _ id: PostgresUUID,
        once key: IdempotencyKey?,
        for request: Message<View>,
        _ call: ServerCall,
        _ work: (PostgresTransaction) async throws -> Void
    ) async throws -> PostgresUUID {
        guard let key else {
            try await transaction { try await work($0) }
            return id
        }
        let fingerprint = RequestFingerprint(request, to: call.method)
        let text = try await once(key, fingerprint, at: .now) { transaction in
            try await work(transaction)
            return Array("\(id)".utf8)
        }
        return try Self.id(text)
    }

    /// What was created under a key before, for methods that do much before they create.
    ///
    /// - Parameters:
    ///   - key: what the caller calls the attempt; nil if it is made but once.
    ///   - request: what is asked.
    ///   - call: the call.
    /// - Returns: what it is called; nil if the key is new.
    /// - Throws: INVALID_ARGUMENT if something else was asked under the key in the last 24 hours,
    ///   or `PostgresError`.
    public func created<View: MessageView & ~Escapable>(
        once key: IdempotencyKey?,
        for request: Message<View>,
        _ call: ServerCall
    ) async throws -> PostgresUUID? {
        guard let key, let row = try await read(.findAnswer, key.text).atMostOne() else {
            return nil
        }
        let fingerprint = RequestFingerprint(request, to: call.method)
        return try Self.stored(row).replay(for: fingerprint, at: .now).map { try Self.id($0) }
    }

    private static func stored(_ row: Row) throws -> StoredAnswer {
        let (bytes, answer, storedAt) = try row.read(
            SharedBytes.self,
            SharedBytes.self,
            UTCTimestamp.self
        )
        guard let asked = RequestFingerprint(bytes: Array(copying: bytes.bytes)) else {
            throw RPCError.damagedData
        }
        return try StoredAnswer(Array(copying: answer.bytes), to: asked, storedAt: storedAt)
    }

    private static func id(_ text: [UInt8]) throws -> PostgresUUID {
        guard let id = PostgresUUID(String(decoding: text, as: UTF8.self)) else {
            throw RPCError.damagedData
        }
        return id
    }

    /// Deletes answers that are no longer kept.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - limit: how many at most.
    /// - Returns: how many there were.
    /// - Throws: `PostgresError`.
    public func pruneAnswers(
        at now: UTCTimestamp,
        limit: Int = 10_000
    ) async throws(PostgresError) -> Int {
        let expired = now.advanced(by: .zero - StoredAnswer.lifetime)
        return try await write(.pruneAnswers, expired, Int64(limit)).affected
    }
}

extension Statement {
    /// Takes a key that is new, or whose answer is no longer kept; waits for whoever has just
    /// taken it.
    fileprivate static let claimKey = Statement(
        "tenancy.claim_idempotency_key",
        """
        insert into idempotency_keys (key, fingerprint, answer, stored_at)
        values ($1, $2, '', $3)
        on conflict (key) do update
            set fingerprint = excluded.fingerprint, answer = '', stored_at = excluded.stored_at
            where idempotency_keys.stored_at <= $4
        """
    )
    fileprivate static let storeAnswer = Statement(
        "tenancy.store_answer",
        "update idempotency_keys set answer = $2 where key = $1"
    )
    fileprivate static let findAnswer = Statement(
        "tenancy.find_answer",
        "select fingerprint, answer, stored_at from idempotency_keys where key = $1"
    )
    fileprivate static let pruneAnswers = Statement(
        "tenancy.prune_answers",
        """
        delete from idempotency_keys where key in (
            select key from idempotency_keys where stored_at <= $1 order by stored_at limit $2
        )
        """
    )
}
