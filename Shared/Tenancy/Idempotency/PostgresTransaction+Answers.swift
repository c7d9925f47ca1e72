public import Postgres
internal import Wire

extension PostgresTransaction {
    /// Deletes answers that are kept for a second try and name somebody: in a text of theirs that
    /// is just the name, or in the key under which they are kept.
    ///
    /// A short name may stand in keys and answers by chance. Whoever asks again is then served
    /// anew.
    ///
    /// - Parameter names: the names, each at most 16,383 bytes.
    /// - Returns: how many there were.
    /// - Throws: `PostgresError`.
    public func deleteAnswers(naming names: [String]) async throws(PostgresError) -> Int {
        let texts = names.map { name in
            // A text in a message stands after its length, seven bits a byte.
            let count = name.utf8.count
            let length =
                count < 128
                ? [UInt8(count)]
                : [UInt8(truncatingIfNeeded: count | 128), UInt8(truncatingIfNeeded: count >> 7)]
            return SharedBytes(length + name.utf8)
        }
        return try await query(.deleteAnswers, names, texts).affected
    }
}

extension Statement {
    fileprivate static let deleteAnswers = Statement(
        "tenancy.delete_answers",
        """
        delete from idempotency_keys a
        where exists (select from unnest($1::text[]) as n (name) where strpos(a.key, name) > 0)
            or exists (
                select from unnest($2::bytea[]) as t (text) where position(text in a.answer) > 0
            )
        """
    )
}
