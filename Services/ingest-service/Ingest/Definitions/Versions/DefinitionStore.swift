internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// The versions of tenants' definitions: all their SQL.
struct DefinitionStore: Sendable {
    private static let mostDrafts = 20

    // MARK: Reading

    /// A version.
    ///
    /// - Parameters:
    ///   - version: which; 0 for the one in force.
    ///   - subject: of what.
    ///   - scope: the tenant's.
    /// - Returns: the definition.
    /// - Throws: NOT_FOUND if there is no such version; `PostgresError`.
    func definition(
        _ version: Int64,
        of subject: DefinitionSubject,
        in scope: TenantScope
    ) async throws -> IngestV1.Definition {
        let rows = try await scope.read(.findDefinition, subject.rawValue, version)
        if let row = try rows.atMostOne() { return try IngestV1.Definition(row) }
        let isFirst = version == 0 || version == DefinitionSubject.firstVersion
        guard isFirst else { throw Self.missing(version, subject) }
        return subject.standard
    }

    /// Versions, the newest first, without what they say and what their trials found.
    ///
    /// - Parameters:
    ///   - subject: of what.
    ///   - version: before which.
    ///   - limit: how many.
    ///   - scope: the tenant's.
    /// - Returns: the versions; the platform's own if there are none at all.
    /// - Throws: `PostgresError`.
    func versions(
        of subject: DefinitionSubject,
        before version: Int64,
        limit: Int,
        in scope: TenantScope
    ) async throws -> [IngestV1.Definition] {
        let found = try await scope.read(
            .listDefinitions,
            subject.rawValue,
            version,
            Int64(limit)
        ).map { try IngestV1.Definition($0).head }
        return found.isEmpty && version == .max ? [subject.standard.head] : found
    }

    /// The conversion definitions in force, if they are not those that are known.
    ///
    /// - Parameters:
    ///   - known: the version that is known; 0 for none.
    ///   - scope: the tenant's.
    /// - Returns: the definitions, compiled; nil if nothing has changed.
    /// - Throws: `PostgresError`.
    func conversions(
        unless known: Int64,
        in scope: TenantScope
    ) async throws -> ConversionSet? {
        let row = try await scope.read(.conversionsInForce, known).one()
        let (version, bytes) = try row.read(Int64.self, SharedBytes?.self)
        if version == known { return nil }
        guard let bytes else { return .standard }
        let definition = try IngestV1.Definition(decoding: bytes.bytes)
        guard case .conversionDefinitions(let definitions)? = definition.content else {
            throw RPCError.damagedData
        }
        return try ConversionSet(definitions, version: version)
    }

    // MARK: Changing

    /// Makes a draft.
    ///
    /// - Parameters:
    ///   - draft: what it is; its version, state, revision and base are set here.
    ///   - subject: of what.
    ///   - scope: the tenant's.
    /// - Returns: the draft.
    /// - Throws: RESOURCE_EXHAUSTED if there are too many; ABORTED if another is made at the same
    ///   time; `PostgresError`.
    func create(
        _ draft: IngestV1.Definition,
        of subject: DefinitionSubject,
        in scope: TenantScope
    ) async throws -> IngestV1.Definition {
        do {
            return try await scope.transaction { transaction in
                // From the first draft on the platform's version is one of the tenant's.
                let first = subject.standard
                try await transaction.query(
                    .insertFirstDefinition,
                    subject.rawValue,
                    first.version,
                    Int16(clamping: first.state.rawValue),
                    first.revision,
                    first.encoded(),
                    first.head.encoded()
                )
                let row = try await transaction.query(.nextDefinition, subject.rawValue).one()
                let (next, active, drafts) = try row.read(
                    Int64.self,
                    Int64.self,
                    Int64.self
                )
                guard drafts < Self.mostDrafts else { throw Self.tooMany }
                var draft = draft
                (draft.version, draft.baseVersion) = (next, active)
                (draft.state, draft.revision) = (.draft, 1)
                try await transaction.query(
                    .insertDefinition,
                    subject.rawValue,
                    draft.version,
                    Int16(clamping: draft.state.rawValue),
                    draft.revision,
                    draft.encoded(),
                    draft.head.encoded()
                )
                return draft
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw RPCError(.aborted, "another draft was made at the same time: make this again")
        }
    }

    /// Changes a draft, alone.
    ///
    /// - Parameters:
    ///   - version: which.
    ///   - revision: the one that the caller has seen.
    ///   - subject: of what.
    ///   - transaction: the tenant's.
    ///   - change: changes it; it is told the version in force.
    /// - Returns: the draft as it is now.
    /// - Throws: NOT_FOUND, FAILED_PRECONDITION if it is no draft, ABORTED if it has another
    ///   revision, what the closure throws, or `PostgresError`.
    func change(
        _ version: Int64,
        revision: Int64,
        of subject: DefinitionSubject,
        in transaction: PostgresTransaction,
        _ change: (inout IngestV1.Definition, _ active: Int64) async throws -> Void
    ) async throws -> IngestV1.Definition {
        let rows = try await transaction.query(.holdDefinition, subject.rawValue, version)
        guard let row = try rows.atMostOne() else {
            guard version == DefinitionSubject.firstVersion else {
                throw Self.missing(version, subject)
            }
            throw Self.noDraft(version)
        }
        var draft = try IngestV1.Definition(row)
        guard draft.state == .draft else { throw Self.noDraft(version) }
        guard draft.revision == revision else {
            throw RPCError(
                .aborted,
                "revision: the draft has been written since: read it again, it has revision "
                    + "\(draft.revision)"
            )
        }
        let active = try await transaction.query(.nextDefinition, subject.rawValue).one()
            .read(Int64.self, at: 1)
        try await change(&draft, active)
        try await write(draft, of: subject, in: transaction)
        return draft
    }

    /// Archives the version in force.
    ///
    /// - Parameters:
    ///   - subject: of what.
    ///   - time: when.
    ///   - transaction: the tenant's.
    /// - Throws: `PostgresError`.
    func archiveActive(
        of subject: DefinitionSubject,
        at time: UTCTimestamp,
        in transaction: PostgresTransaction
    ) async throws {
        let row = try await transaction.query(.findDefinition, subject.rawValue, Int64(0)).one()
        var former = try IngestV1.Definition(row)
        former.state = .archived
        former.archiveTime = GoogleProtobuf.Timestamp(time)
        try await write(former, of: subject, in: transaction)
    }

    /// Has events decided by other conversion definitions from the end of the transaction on; it
    /// must have stopped the intake.
    func putInForce(
        conversions version: Int64,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await transaction.query(.putConversionsInForce, version)
    }

    private func write(
        _ definition: IngestV1.Definition,
        of subject: DefinitionSubject,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await transaction.query(
            .updateDefinition,
            subject.rawValue,
            definition.version,
            Int16(clamping: definition.state.rawValue),
            definition.revision,
            definition.activateTime.flatMap { UTCTimestamp($0) },
            definition.encoded(),
            definition.head.encoded()
        )
    }

    // MARK: Errors

    private static func missing(_ version: Int64, _ subject: DefinitionSubject) -> RPCError {
        RPCError(.notFound, "version: there is no version \(version) of the \(subject.name)")
    }

    private static func noDraft(_ version: Int64) -> RPCError {
        RPCError(
            .failedPrecondition,
            "version \(version) is no draft: it does not change any more; make a draft of it"
        )
    }

    private static var tooMany: RPCError {
        RPCError(
            .resourceExhausted,
            "there are \(mostDrafts) drafts: archive those that are not needed"
        )
    }
}

extension IngestV1.Definition {
    /// Without what it says and what its trial found: what lists tell of it.
    fileprivate var head: Self {
        var head = self
        (head.content, head.report) = (nil, nil)
        return head
    }

    /// Reads a row of one column.
    fileprivate init(_ row: Row) throws {
        let bytes = try row.read(SharedBytes.self)
        try self.init(decoding: bytes.bytes)
    }
}

extension Statement {
    fileprivate static let findDefinition = Statement(
        "ingest.find_definition",
        """
        select definition from definition_versions
        where subject = $1 and case when $2::bigint = 0 then state = 2 else version = $2 end
        """
    )
    /// Those that were written last before there were heads have none.
    fileprivate static let listDefinitions = Statement(
        "ingest.list_definitions",
        """
        select coalesce(head, definition) from definition_versions
        where subject = $1 and version < $2
        order by version desc limit $3
        """
    )
    fileprivate static let conversionsInForce = Statement(
        "ingest.conversions_in_force",
        """
        select h.definitions, d.definition
        from event_head h
        left join definition_versions d
            on d.subject = 2 and d.version = h.definitions and h.definitions <> $1
        """
    )
    fileprivate static let insertFirstDefinition = Statement(
        "ingest.insert_first_definition",
        """
        insert into definition_versions (subject, version, state, revision, definition, head)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (subject, version) do nothing
        """
    )
    /// The number of the next version, the one in force, and how many drafts there are.
    fileprivate static let nextDefinition = Statement(
        "ingest.next_definition",
        """
        select max(version) + 1, max(version) filter (where state = 2),
            count(*) filter (where state = 1)
        from definition_versions where subject = $1
        """
    )
    fileprivate static let insertDefinition = Statement(
        "ingest.insert_definition",
        """
        insert into definition_versions (subject, version, state, revision, definition, head)
        values ($1, $2, $3, $4, $5, $6)
        """
    )
    fileprivate static let holdDefinition = Statement(
        "ingest.hold_definition",
        """
        select definition from definition_versions where subject = $1 and version = $2
        for update
        """
    )
    fileprivate static let updateDefinition = Statement(
        "ingest.update_definition",
        """
        update definition_versions
        set state = $3, revision = $4, activated_at = $5, definition = $6, head = $7
        where subject = $1 and version = $2
        """
    )
    fileprivate static let putConversionsInForce = Statement(
        "ingest.put_conversions_in_force",
        "update event_head set definitions = $1"
    )
}
