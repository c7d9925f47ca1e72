internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// The runs of tenants: all their SQL.
struct RunStore: Sendable {
    /// How many runs that are not over are looked at at once.
    private static let mostOpen: Int64 = 200

    // MARK: Reading

    /// A run.
    ///
    /// - Throws: NOT_FOUND, or `PostgresError`.
    func run(_ id: PostgresUUID, in scope: TenantScope) async throws -> StoredRun {
        guard let row = try await scope.read(.findRun, id).atMostOne() else {
            throw RPCError(.notFound, "run_id: there is no run '\(id)'")
        }
        return try StoredRun(row)
    }

    /// A run as a part of a transaction; nil if there is none.
    func find(
        _ id: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws -> StoredRun? {
        try await transaction.query(.findRun, id).atMostOne().map { try StoredRun($0) }
    }

    /// Runs, the newest first.
    ///
    /// - Parameters:
    ///   - state: where they stand; nil for all.
    ///   - schedule: which had them made; nil for all.
    ///   - last: the one before them; nil from the newest on.
    ///   - limit: how many.
    ///   - scope: the tenant's.
    /// - Returns: the runs.
    /// - Throws: `PostgresError`.
    func runs(
        _ state: RunRecord.State?,
        of schedule: String?,
        before last: PostgresUUID?,
        limit: Int,
        in scope: TenantScope
    ) async throws -> [RunRecord] {
        try await scope.read(.listRuns, state?.rawValue, schedule, last, Int64(limit))
            .map { try RunRecord($0) }
    }

    /// Runs that are not over, the oldest first.
    func open(in scope: TenantScope) async throws -> [PostgresUUID] {
        try await scope.read(.listOpenRuns, Self.mostOpen)
            .map { try $0.read(PostgresUUID.self) }
    }

    /// How many runs are kept until somebody deletes them, and how many of all are not over.
    ///
    /// Nobody else creates one before the transaction has ended.
    func counts(in transaction: PostgresTransaction) async throws -> (kept: Int64, open: Int64) {
        try await transaction.query(.holdRuns)
        let row = try await transaction.query(.countRuns).one()
        return try row.read(Int64.self, Int64.self)
    }

    /// The last whole days by the clocks of a time zone, from the first moment to the one after.
    func lastDays(
        _ days: Int32,
        timeZone: String,
        in transaction: PostgresTransaction
    ) async throws -> (from: UTCTimestamp, to: UTCTimestamp) {
        try await transaction.query(.lastDays, timeZone, Int64(days)).one()
            .read(UTCTimestamp.self, UTCTimestamp.self)
    }

    /// The days of touches between two moments, as far as there are timelines.
    ///
    /// - Parameters:
    ///   - first: the first moment, in microseconds since 1970; `Int64.min` for none.
    ///   - last: the moment after the last.
    ///   - most: how many days at most: the last ones.
    ///   - scope: the tenant's, whose clocks count.
    /// - Returns: the first and the last day, as `2026-01-31`; nil if there is no timeline, or none
    ///   so early.
    /// - Throws: `PostgresError`.
    func touchDays(
        from first: Int64,
        to last: Int64,
        most: Int64,
        in scope: TenantScope
    ) async throws -> (first: String, last: String)? {
        try await scope.read(
            .touchDays,
            first > .min ? PostgresTimestamp(microsecondsSince1970: first) : nil,
            PostgresTimestamp(microsecondsSince1970: last),
            most,
            scope.entry.settings.timeZone
        )
        .atMostOne().map { try $0.read(String.self, String.self) }
    }

    // MARK: Writing

    /// Keeps a run that begins.
    func add(
        _ run: RunRecord,
        _ request: AttributionV1.RunModelsRequest,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.query(
            .insertRun,
            run.id,
            run.label,
            run.schedule,
            run.actor,
            request.encoded(),
            Int64(bitPattern: run.seed),
            run.createTime,
            run.expireTime
        )
    }

    /// Has a run that ended without a result go on.
    func reopen(_ id: PostgresUUID, in transaction: PostgresTransaction) async throws {
        try await transaction.query(.reopenRun, id)
    }

    /// Keeps what came of a run; nothing if it was deleted meanwhile.
    func complete(
        _ run: RunRecord,
        _ result: AttributionV1.ModelRun,
        _ quality: AttributionV1.DataQuality?,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.query(
            .completeRun,
            run.id,
            result.encoded(),
            run.fingerprint,
            run.version,
            run.endTime,
            quality?.encoded()
        )
    }

    /// Notes that a run has ended without a result.
    func end(
        _ id: PostgresUUID,
        _ state: RunRecord.State,
        _ problem: String?,
        at time: UTCTimestamp,
        in scope: TenantScope
    ) async throws {
        try await scope.write(.endRun, id, state.rawValue, problem, time)
    }

    /// Forgets runs of schedules whose time is over.
    func prune(at time: UTCTimestamp, in scope: TenantScope) async throws {
        try await scope.write(.pruneRuns, time)
    }

    /// Deletes a run.
    ///
    /// - Returns: whether there was one.
    func delete(_ id: PostgresUUID, in scope: TenantScope) async throws -> Bool {
        try await scope.write(.deleteRun, id).affected == 1
    }
}

extension Statement {
    fileprivate static let findRun = Statement(
        "attribution.find_run",
        """
        select run_id, state, label, schedule, actor, seed, fingerprint, version, problem,
            created_at, ended_at, expires_at, request, result, data_quality
        from attribution_runs where run_id = $1
        """
    )
    fileprivate static let listRuns = Statement(
        "attribution.list_runs",
        """
        select run_id, state, label, schedule, actor, seed, fingerprint, version, problem,
            created_at, ended_at, expires_at
        from attribution_runs
        where ($1::text is null or state = $1) and ($2::text is null or schedule = $2)
            and ($3::uuid is null or run_id < $3)
        order by run_id desc limit $4
        """
    )
    fileprivate static let listOpenRuns = Statement(
        "attribution.list_open_runs",
        "select run_id from attribution_runs where ended_at is null order by run_id limit $1"
    )
    /// Lets nobody else count before the transaction has ended.
    fileprivate static let holdRuns = Statement(
        "attribution.hold_runs",
        "select pg_advisory_xact_lock(1096045138, hashtext(current_schema()))"
    )
    fileprivate static let countRuns = Statement(
        "attribution.count_runs",
        """
        select count(*) filter (where expires_at is null),
            count(*) filter (where ended_at is null)
        from attribution_runs
        """
    )
    fileprivate static let lastDays = Statement(
        "attribution.last_days",
        """
        select (day - $2::bigint::integer)::timestamp at time zone $1,
            day::timestamp at time zone $1
        from (select (clock_timestamp() at time zone $1)::date as day) today
        """
    )
    /// The index has the last moment of all; of the first one it would have to look at all rows.
    fileprivate static let touchDays = Statement(
        "attribution.touch_days",
        """
        select to_char(
                greatest(($1 at time zone $4)::date, last - ($3::bigint - 1)::integer),
                'YYYY-MM-DD'
            ),
            to_char(last, 'YYYY-MM-DD')
        from (
            select (
                    least(max(last_at), $2 - interval '1 microsecond') at time zone $4
                )::date as last
            from timelines
        ) touches
        where last is not null and ($1 is null or ($1 at time zone $4)::date <= last)
        """
    )
    /// An attempt before this one may have done so.
    fileprivate static let insertRun = Statement(
        "attribution.insert_run",
        """
        insert into attribution_runs (run_id, label, schedule, actor, request, seed, created_at,
            expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (run_id) do nothing
        """
    )
    fileprivate static let reopenRun = Statement(
        "attribution.reopen_run",
        """
        update attribution_runs set state = 'running', problem = null, ended_at = null
        where run_id = $1 and state in ('failed', 'cancelled')
        """
    )
    fileprivate static let completeRun = Statement(
        "attribution.complete_run",
        """
        update attribution_runs
        set state = 'completed', problem = null, result = $2, fingerprint = $3, version = $4,
            ended_at = $5, data_quality = $6
        where run_id = $1
        """
    )
    fileprivate static let endRun = Statement(
        "attribution.end_run",
        """
        update attribution_runs set state = $2, problem = $3, ended_at = $4
        where run_id = $1 and ended_at is null
        """
    )
    fileprivate static let pruneRuns = Statement(
        "attribution.prune_runs",
        "delete from attribution_runs where expires_at <= $1"
    )
    fileprivate static let deleteRun = Statement(
        "attribution.delete_run",
        "delete from attribution_runs where run_id = $1"
    )
}
