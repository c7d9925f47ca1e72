internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// That persons were forgotten: all the SQL of those who forget them.
struct ForgettingStore: Sendable {
    /// How many ids a person has at most.
    static let mostIDs = 1_000

    // MARK: Forgetting

    /// Forgets a person, as far as writers of events are concerned: whoever writes after the
    /// transaction refuses what happened before, and all that was written before can be found.
    ///
    /// - Parameters:
    ///   - ids: some of the person's, as edges have them.
    ///   - request: what was asked.
    ///   - id: what the forgetting will be called.
    ///   - keys: the tenant's.
    ///   - transaction: the tenant's, which has done nothing that writers of events wait for.
    ///   - actor: who asked.
    /// - Throws: FAILED_PRECONDITION for more ids than a person has; INVALID_ARGUMENT if the
    ///   reference names one of them; `PostgresError`.
    func forget(
        _ ids: [String],
        _ request: IngestV1.ForgetPersonRequest,
        as id: PostgresUUID,
        _ keys: EventKeys,
        in transaction: PostgresTransaction,
        by actor: String
    ) async throws {
        try await transaction.query(.stopIntake)
        let joined = try await joined(ids, in: transaction)
        guard !Self.names(request.reference, anyOf: joined) else {
            throw RPCError(
                .invalidArgument,
                "reference: it names the person, and is kept: choose another one"
            )
        }
        var batch = Batch()
        batch.append(.deleteEdges, joined)
        batch.append(.takeOverIDs, joined)
        let edges = try await transaction.run(batch)[0].affected
        var notes = Batch()
        notes.append(
            .insertForgetting,
            id,
            actor,
            request.reference,
            Int32(joined.count),
            Int64(edges)
        )
        notes.append(.insertIDs, id, joined)
        notes.append(.insertForgotten, joined.map(keys.digest), id, request.suppress)
        notes.append(.countForgetting)
        _ = try await transaction.run(notes)
    }

    /// The ids of whom some ids are.
    private func joined(
        _ ids: [String],
        in transaction: PostgresTransaction
    ) async throws -> [String] {
        let found = try await transaction.query(.joinedIDs, ids, Int64(Self.mostIDs + 1))
            .map { row throws(PostgresError) in try row.read(String.self) }
        guard found.count <= Self.mostIDs else {
            throw RPCError(
                .failedPrecondition,
                "more than 1,000 ids are joined to this one, which is no person: delete the "
                    + "events that join them first",
                ErrorDetails(reason: "TOO_MANY_IDS")
            )
        }
        return found
    }

    private static func names(_ text: String, anyOf ids: [String]) -> Bool {
        ids.contains { text.contains($0.dropFirst(2)) }
    }

    // MARK: The rest of it

    /// What is left to do for a person who is being forgotten: the ids, as edges have them, and
    /// before which commit what is on them was stored.
    ///
    /// - Parameters:
    ///   - id: the forgetting.
    ///   - scope: the tenant's.
    /// - Returns: no ids if another forgetting has taken them over, or all is done.
    /// - Throws: `PostgresError`.
    func rest(
        of id: PostgresUUID,
        in scope: TenantScope
    ) async throws(PostgresError) -> (ids: [String], beforeCommit: Int64) {
        let rows = try await scope.read(.restOfForgetting, id)
        let ids = try rows.map { row throws(PostgresError) in try row.read(String.self, at: 0) }
        return (ids, try rows.first?.read(Int64.self, at: 1) ?? 0)
    }

    /// Notes answers that were deleted.
    func note(
        answers: Int,
        of id: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        try await transaction.query(.noteAnswers, id, Int64(answers))
    }

    /// Ends a forgetting: its ids are known no more.
    ///
    /// - Parameters:
    ///   - id: which.
    ///   - result: what was deleted.
    ///   - transaction: the tenant's.
    /// - Throws: `PostgresError`.
    func finish(
        _ id: PostgresUUID,
        _ result: IngestV1.Forgetting,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        var batch = Batch()
        batch.append(.deleteIDs, id)
        batch.append(
            .finishForgetting,
            id,
            result.events,
            result.rejectedRows,
            result.days.compactMap { PostgresDate(text: $0) },
            result.finishTime.flatMap { UTCTimestamp($0) }
        )
        _ = try await transaction.run(batch)
    }

    // MARK: Reading

    /// A forgetting; nil if there is none of the id.
    func find(
        _ id: PostgresUUID,
        in scope: TenantScope
    ) async throws(PostgresError) -> IngestV1.Forgetting? {
        try await scope.read(.findForgetting, id).atMostOne().map { row throws(PostgresError) in
            try IngestV1.Forgetting(row)
        }
    }

    /// Forgettings, the latest first.
    func list(
        before id: PostgresUUID?,
        limit: Int,
        in scope: TenantScope
    ) async throws(PostgresError) -> [IngestV1.Forgetting] {
        try await scope.read(.listForgettings, id, Int64(limit))
            .map { row throws(PostgresError) in try IngestV1.Forgetting(row) }
    }

    /// Has later events of a person taken again.
    ///
    /// - Parameters:
    ///   - hash: of one of the person's ids; nil to go by the forgetting.
    ///   - id: the forgetting; nil to go by the hash.
    ///   - transaction: the tenant's.
    /// - Returns: the forgetting; nil if the person was not forgotten.
    /// - Throws: `PostgresError`.
    func unsuppress(
        _ hash: PostgresUUID?,
        _ id: PostgresUUID?,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> PostgresUUID? {
        var batch = Batch()
        batch.append(.stopIntake)
        batch.append(.unsuppress, hash, id)
        batch.append(.countForgetting)
        return try await transaction.run(batch)[1].first?.read(PostgresUUID.self)
    }
}

extension IngestV1.Forgetting {
    /// Reads a row of ``Statement/listForgettings``.
    fileprivate init(_ row: Row) throws(PostgresError) {
        self.init()
        id = try row.read(PostgresUUID.self, at: 0).description
        actor = try row.read(String.self, at: 1)
        reference = try row.read(String.self, at: 2)
        forgetTime = .init(try row.read(UTCTimestamp.self, at: 3))
        finishTime = try row.read(UTCTimestamp?.self, at: 4).map { .init($0) }
        ids = try row.read(Int32.self, at: 5)
        edges = try row.read(Int64.self, at: 6)
        events = try row.read(Int64.self, at: 7)
        rejectedRows = try row.read(Int64.self, at: 8)
        answers = try row.read(Int64.self, at: 9)
        days = try row.read([PostgresDate].self, at: 10).map(\.text)
        suppressed = try row.read(Bool.self, at: 11)
    }
}

extension Statement {
    /// Also those of the same person whom an earlier forgetting has not done with yet.
    fileprivate static let joinedIDs = Statement(
        "ingest.joined_ids",
        """
        with recursive person (id) as (
            select unnest($1::text[])
            union
            select n.id from person p cross join lateral (
                select other from identity_edges where one = p.id
                union all
                select one from identity_edges where other = p.id
                union all
                select o.id from forgetting_ids f join forgetting_ids o using (forgetting)
                where f.id = p.id
            ) n (id)
        )
        select id from person limit $2
        """
    )
    fileprivate static let deleteEdges = Statement(
        "ingest.delete_identity_edges",
        "delete from identity_edges where one = any ($1) or other = any ($1)"
    )
    fileprivate static let takeOverIDs = Statement(
        "ingest.take_over_forgetting_ids",
        "delete from forgetting_ids where id = any ($1)"
    )
    fileprivate static let insertForgetting = Statement(
        "ingest.insert_forgetting",
        """
        insert into forgettings (id, actor, reference, forgotten_at, before_commit, ids, edges)
        values ($1, $2, $3, clock_timestamp(), nextval('event_commit_ids'), $4, $5)
        """
    )
    fileprivate static let insertIDs = Statement(
        "ingest.insert_forgetting_ids",
        "insert into forgetting_ids (forgetting, id) select $1, unnest($2::text[])"
    )
    /// Hashes of the same person that are there are of this forgetting from now on; once one of
    /// them is suppressed, all are.
    fileprivate static let insertForgotten = Statement(
        "ingest.insert_forgotten",
        """
        with earlier as materialized (
            select hash, is_suppressed from forgotten
            where forgetting in (select forgetting from forgotten where hash = any ($1))
        ),
        state as materialized (
            select forgotten_at,
                $3 or exists (select from earlier where is_suppressed) as suppressed
            from forgettings where id = $2
        ),
        moved as (
            update forgotten f set forgetting = $2, is_suppressed = state.suppressed
            from state, earlier e
            where f.hash = e.hash and f.hash <> all ($1)
        )
        insert into forgotten (hash, forgetting, forgotten_at, is_suppressed)
        select hash, $2, state.forgotten_at, state.suppressed
        from state, unnest($1::uuid[]) as given (hash)
        on conflict (hash) do update set
            forgetting = excluded.forgetting, forgotten_at = excluded.forgotten_at,
            is_suppressed = excluded.is_suppressed
        """
    )
    fileprivate static let countForgetting = Statement(
        "ingest.count_forgetting",
        "update event_head set forgettings = forgettings + 1"
    )
    fileprivate static let restOfForgetting = Statement(
        "ingest.rest_of_forgetting",
        """
        select i.id, f.before_commit from forgettings f
        join forgetting_ids i on i.forgetting = f.id
        where f.id = $1
        """
    )
    fileprivate static let noteAnswers = Statement(
        "ingest.note_deleted_answers",
        "update forgettings set answers = answers + $2 where id = $1"
    )
    fileprivate static let deleteIDs = Statement(
        "ingest.delete_forgetting_ids",
        "delete from forgetting_ids where forgetting = $1"
    )
    fileprivate static let finishForgetting = Statement(
        "ingest.finish_forgetting",
        """
        update forgettings set events = $2, rejected_rows = $3, days = $4, finished_at = $5
        where id = $1
        """
    )
    fileprivate static let listForgettings = Statement(
        "ingest.list_forgettings",
        """
        select id, actor, reference, forgotten_at, finished_at, ids, edges, events, rejected_rows,
            answers, days,
            exists (select from forgotten g where g.forgetting = f.id and g.is_suppressed)
        from forgettings f
        where $1::uuid is null or id < $1
        order by id desc limit $2
        """
    )
    fileprivate static let findForgetting = Statement(
        "ingest.find_forgetting",
        """
        select id, actor, reference, forgotten_at, finished_at, ids, edges, events, rejected_rows,
            answers, days,
            exists (select from forgotten g where g.forgetting = f.id and g.is_suppressed)
        from forgettings f
        where id = $1
        """
    )
    fileprivate static let unsuppress = Statement(
        "ingest.unsuppress",
        """
        update forgotten set is_suppressed = false
        where forgetting = coalesce((select forgetting from forgotten where hash = $1), $2)
        returning forgetting
        """
    )
}
