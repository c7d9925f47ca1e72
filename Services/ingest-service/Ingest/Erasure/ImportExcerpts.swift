internal import Messages
internal import Postgres
internal import Wire

/// What imports keep of the texts of their files: excerpts of what was wrong there.
enum ImportExcerpts {
    /// Removes those that name somebody who was forgotten, and those that were cut off and may.
    ///
    /// - Parameters:
    ///   - id: of which import; nil for all that are over.
    ///   - keys: the tenant's.
    ///   - transaction: the tenant's; nobody else is forgotten before it ends.
    /// - Throws: `PostgresError`; an error if findings are not as they were written.
    static func removeForgotten(
        of id: PostgresUUID? = nil,
        _ keys: EventKeys,
        in transaction: PostgresTransaction
    ) async throws {
        let store = ForgottenStore()
        guard try await store.hold(in: transaction) else { return }
        for row in try await transaction.query(.findExcerpts, id) {
            let (id, bytes) = try row.read(PostgresUUID.self, SharedBytes.self)
            var all = try IngestV1.ImportFindings(decoding: bytes.bytes)
            for index in all.findings.indices where !all.findings[index].excerpt.isEmpty {
                let excerpt = all.findings[index].excerpt
                let texts = LineTexts.texts(of: SharedBytes(Array(excerpt.utf8)))
                let ids = texts.flatMap(PersonID.previous)
                let forgotten = try await store.hold(among: { ids }, keys, in: transaction)
                if excerpt.hasSuffix("…") || forgotten.names(anyOf: ids) {
                    all.findings[index].excerpt = ""
                }
            }
            if all.encoded() == bytes { continue }
            try await transaction.query(.putFindings, id, all.encoded())
        }
    }
}

extension Statement {
    fileprivate static let findExcerpts = Statement(
        "ingest.find_import_excerpts",
        """
        select import_id, findings from imports
        where octet_length(findings) > 0 and (import_id = $1 or $1 is null and ended_at is not null)
        order by import_id
        for update
        """
    )
    fileprivate static let putFindings = Statement(
        "ingest.put_import_findings",
        "update imports set findings = $2 where import_id = $1"
    )
}
