internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// The imports of tenants: all their SQL but that of their blocks.
struct ImportStore: Sendable {
    // MARK: Reading

    /// An import.
    ///
    /// - Throws: NOT_FOUND, or `PostgresError`.
    func record(_ id: PostgresUUID, in scope: TenantScope) async throws -> ImportRecord {
        try Self.one(try await scope.read(.findImport, id), id)
    }

    /// An import, held until the transaction ends.
    func lock(
        _ id: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws -> ImportRecord {
        try Self.one(try await transaction.query(.lockImport, id), id)
    }

    /// An import as a part of a transaction; nil if there is none.
    func find(
        _ id: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws -> ImportRecord? {
        try await transaction.query(.findImport, id).atMostOne().map { try ImportRecord($0) }
    }

    private static func one(_ rows: Rows, _ id: PostgresUUID) throws -> ImportRecord {
        guard let row = try rows.atMostOne() else {
            throw RPCError(.notFound, "there is no import '\(id)'")
        }
        return try ImportRecord(row)
    }

    /// Imports, the newest first.
    ///
    /// - Parameters:
    ///   - state: where they stand; nil for all.
    ///   - last: the one before them; nil from the newest on.
    ///   - limit: how many.
    ///   - scope: the tenant's.
    /// - Returns: the imports.
    /// - Throws: `PostgresError`.
    func records(
        _ state: ImportRecord.State?,
        before last: PostgresUUID?,
        limit: Int,
        in scope: TenantScope
    ) async throws -> [ImportRecord] {
        try await scope.read(.listImports, state?.rawValue, last, Int64(limit))
            .map { try ImportRecord($0) }
    }

    /// Whether there is a time zone of a name.
    func isZone(_ name: String, in scope: TenantScope) async throws(PostgresError) -> Bool {
        do throws(PostgresError) {
            _ = try await scope.read(.tryZone, name)
            return true
        } catch let error where error.sqlState == .invalidParameterValue {
            return false
        }
    }

    // MARK: Writing

    /// Gives up imports that nobody has gone on with for a week.
    ///
    /// - Parameter transaction: the tenant's.
    /// - Returns: which; their bytes are still there.
    /// - Throws: `PostgresError`.
    func giveUp(in transaction: PostgresTransaction) async throws(PostgresError) -> [PostgresUUID] {
        let now = UTCTimestamp.now
        return try await transaction.query(.giveUpImports, now.adding(days: -7), now)
            .map { row throws(PostgresError) in try row.read(PostgresUUID.self) }
    }

    /// Creates an import.
    func insert(
        _ id: PostgresUUID,
        _ request: IngestV1.CreateImportRequest,
        source: String,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await transaction.query(
            .insertImport,
            id,
            request.name,
            source,
            (request.plan ?? IngestV1.ImportPlan()).encoded(),
            request.hold,
            request.again,
            request.sizeBytes,
            UTCTimestamp.now
        )
    }

    /// How many bytes of unfinished imports the tenant has.
    func openBytes(in scope: TenantScope) async throws(PostgresError) -> Int64 {
        try await scope.read(.sumOpenBytes).one().read(Int64.self)
    }

    /// Notes how a file is read, once it is there.
    func plan(
        _ id: PostgresUUID,
        _ understanding: ImportUnderstanding,
        declared: IngestV1.ImportPlan,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        var findings = IngestV1.ImportFindings()
        findings.findings = understanding.findings
        try await transaction.query(
            .planImport,
            id,
            declared.encoded(),
            understanding.plan?.encoded(),
            findings.encoded(),
            understanding.guess.reason,
            understanding.guess.confidence
        )
    }

    /// Notes what a file is known by.
    func note(
        _ digest: SharedBytes,
        of id: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await transaction.query(.noteDigest, id, digest)
    }

    /// The import that brought the same content from the same source, read in the same way.
    func same(
        as digest: SharedBytes,
        _ plan: IngestV1.ImportPlan,
        source: String,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> PostgresUUID? {
        try await transaction.query(.findSameImport, digest, source, plan.encoded()).atMostOne()?
            .read(PostgresUUID.self)
    }

    /// Moves an import to a state.
    ///
    /// - Parameters:
    ///   - id: which.
    ///   - state: the new state.
    ///   - job: the job that reads it from now on; nil for the one it has.
    ///   - sameAs: the import that brought the same content before.
    ///   - transaction: the tenant's, which has locked the import.
    /// - Throws: `PostgresError`.
    func move(
        _ id: PostgresUUID,
        to state: ImportRecord.State,
        job: PostgresUUID? = nil,
        sameAs: PostgresUUID? = nil,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        let now = UTCTimestamp.now
        try await transaction.query(
            .moveImport,
            id,
            state.rawValue,
            job,
            sameAs,
            state.isOver ? now : nil,
            now
        )
    }

    /// Adds findings to those of an import.
    func add(
        _ found: [IngestV1.ImportFinding],
        to record: ImportRecord,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        var findings = IngestV1.ImportFindings()
        findings.findings = record.findings + found
        try await transaction.query(.noteFindings, record.id, findings.encoded())
    }

    /// Notes how far a file has been read, if nobody else has since, and the import still runs.
    ///
    /// - Parameters:
    ///   - id: which.
    ///   - before: the checkpoint from which was read.
    ///   - after: the one behind what has been written.
    ///   - processed: how many bytes have been read in all.
    ///   - counts: the fates of the rows between.
    ///   - transaction: the one that wrote them.
    /// - Returns: whether it was noted.
    /// - Throws: `PostgresError`.
    func advance(
        _ id: PostgresUUID,
        from before: String,
        to after: String,
        processed: Int,
        _ counts: ImportRecord.Counts,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Bool {
        try await transaction.query(
            .advanceImport,
            id,
            before,
            after,
            Int64(processed),
            counts.accepted,
            counts.corrected,
            counts.duplicate,
            counts.rejected,
            counts.passed,
            UTCTimestamp.now
        ).affected == 1
    }
}

extension Statement {
    fileprivate static let findImport = Statement(
        "ingest.find_import",
        """
        select import_id, name, source, state, declared, plan, findings, reason, confidence,
            is_held, is_again, size_bytes, received_bytes, processed_bytes, digest, same_as,
            checkpoint, accepted, corrected, duplicate, rejected, passed, job, created_at, ended_at
        from imports where import_id = $1
        """
    )
    fileprivate static let lockImport = Statement(
        "ingest.lock_import",
        """
        select import_id, name, source, state, declared, plan, findings, reason, confidence,
            is_held, is_again, size_bytes, received_bytes, processed_bytes, digest, same_as,
            checkpoint, accepted, corrected, duplicate, rejected, passed, job, created_at, ended_at
        from imports where import_id = $1
        for update
        """
    )
    fileprivate static let listImports = Statement(
        "ingest.list_imports",
        """
        select import_id, name, source, state, declared, plan, findings, reason, confidence,
            is_held, is_again, size_bytes, received_bytes, processed_bytes, digest, same_as,
            checkpoint, accepted, corrected, duplicate, rejected, passed, job, created_at, ended_at
        from imports
        where ($1::text is null or state = $1)
            and ($2::uuid is null or (created_at, import_id) < (
                select created_at, import_id from imports where import_id = $2
            ))
        order by created_at desc, import_id desc
        limit $3
        """
    )
    fileprivate static let tryZone = Statement(
        "ingest.try_time_zone",
        "select now() at time zone $1::text"
    )
    fileprivate static let giveUpImports = Statement(
        "ingest.give_up_imports",
        """
        update imports set state = 'cancelled', ended_at = $2, updated_at = $2
        where import_id in (
            select import_id from imports
            where ended_at is null and state in ('uploading', 'waiting') and updated_at < $1
            limit 100
            for update skip locked
        )
        returning import_id
        """
    )
    fileprivate static let insertImport = Statement(
        "ingest.insert_import",
        """
        insert into imports (import_id, name, source, declared, is_held, is_again, size_bytes,
            created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
        """
    )
    fileprivate static let sumOpenBytes = Statement(
        "ingest.sum_open_import_bytes",
        "select coalesce(sum(received_bytes), 0)::bigint from imports where ended_at is null"
    )
    fileprivate static let planImport = Statement(
        "ingest.plan_import",
        """
        update imports set declared = $2, plan = $3, findings = $4, reason = $5, confidence = $6
        where import_id = $1
        """
    )
    fileprivate static let noteDigest = Statement(
        "ingest.note_import_digest",
        "update imports set digest = $2 where import_id = $1"
    )
    fileprivate static let findSameImport = Statement(
        "ingest.find_same_import",
        """
        select import_id from imports
        where digest = $1 and state = 'completed' and source = $2 and plan = $3
            and same_as is null
        order by created_at
        limit 1
        """
    )
    fileprivate static let moveImport = Statement(
        "ingest.move_import",
        """
        update imports set state = $2, job = coalesce($3, job), same_as = $4, ended_at = $5,
            updated_at = $6
        where import_id = $1
        """
    )
    fileprivate static let noteFindings = Statement(
        "ingest.note_import_findings",
        "update imports set findings = $2 where import_id = $1"
    )
    fileprivate static let advanceImport = Statement(
        "ingest.advance_import",
        """
        update imports set checkpoint = $3, processed_bytes = $4, accepted = accepted + $5,
            corrected = corrected + $6, duplicate = duplicate + $7, rejected = rejected + $8,
            passed = passed + $9, updated_at = $10
        where import_id = $1 and checkpoint = $2 and state = 'running'
        """
    )
}
