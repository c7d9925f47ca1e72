internal import Postgres
internal import RPC
internal import Telemetry
public import Tenancy
internal import Wire

// The jobs of a tenant, for their owner.
extension JobQueue {
    /// What is known of a job.
    ///
    /// - Parameters:
    ///   - id: which.
    ///   - scope: the tenant's.
    /// - Returns: nil if the tenant has no such job, or not any more.
    /// - Throws: `PostgresError`.
    public func job(_ id: JobID, in scope: TenantScope) async throws -> JobRecord? {
        try await scope.read(.findJob, id.uuid).atMostOne().map { try JobRecord($0) }
    }

    /// Which jobs are listed.
    public struct Filter: Sendable {
        /// Done by which service's workers; nil for all.
        public var queue: String?
        /// Of which kind; nil for all.
        public var kind: String?
        /// In which state; nil for all.
        public var state: JobState?
        /// Made by which schedule; nil for all, also those that none made.
        public var schedule: String?

        /// All.
        public init() {}
    }

    /// Jobs of a tenant, the newest first.
    ///
    /// - Parameters:
    ///   - filter: which.
    ///   - scope: the tenant's.
    ///   - id: before which; nil for the newest.
    ///   - limit: how many, 1 to 1,001: a page, and one that tells of another.
    /// - Returns: the jobs.
    /// - Throws: `PostgresError`.
    public func jobs(
        _ filter: Filter = Filter(),
        in scope: TenantScope,
        before id: JobID? = nil,
        limit: Int = 100
    ) async throws -> [JobRecord] {
        let id = id?.uuid ?? PostgresUUID(high: .max, low: .max)
        let limit = Int64(min(max(limit, 1), 1_001))
        let (kind, state, queue) = (filter.kind, filter.state?.rawValue, filter.queue)
        let rows =
            if let schedule = filter.schedule {
                try await scope.read(.listJobsOfSchedule, kind, state, schedule, id, limit, queue)
            } else {
                try await scope.read(.listJobs, kind, state, id, limit, queue)
            }
        return try rows.map { try JobRecord($0) }
    }

    /// Has a job not be done: at once if it waits, and by its worker's next heartbeat if it runs;
    /// what waits for it is cancelled too.
    ///
    /// - Parameters:
    ///   - id: which.
    ///   - scope: the tenant's.
    /// - Returns: what is known of it then; one that is over stays as it is.
    /// - Throws: NOT_FOUND, or `PostgresError`.
    @discardableResult
    public func cancel(_ id: JobID, in scope: TenantScope) async throws -> JobRecord {
        var batch = Batch()
        batch.append(.cancelJob, id.uuid)
        batch.append(.stopDependants)
        batch.append(.findJob, id.uuid)
        guard let row = try await scope.write(batch)[2].atMostOne() else {
            throw RPCError(.notFound, "there is no job \(id)")
        }
        return try JobRecord(row)
    }

    /// Has a job that failed for good tried again, with all its tries, and what waited for it.
    ///
    /// - Parameters:
    ///   - id: which.
    ///   - scope: the tenant's.
    /// - Returns: what is known of it then.
    /// - Throws: NOT_FOUND; FAILED_PRECONDITION if it is not dead, or if another has taken its
    ///   place under its key; `PostgresError`.
    @discardableResult
    public func redrive(_ id: JobID, in scope: TenantScope) async throws -> JobRecord {
        do {
            return try await scope.transaction { transaction in
                let changed = try await transaction.query(.redriveJob, id.uuid)
                guard let row = try await transaction.query(.findJob, id.uuid).atMostOne() else {
                    throw RPCError(.notFound, "there is no job \(id)")
                }
                let record = try JobRecord(row)
                guard changed.affected == 1 else {
                    let state = record.state.rawValue
                    throw RPCError(.failedPrecondition, "job \(id) is \(state), not dead")
                }
                try await transaction.query(.holdPrerequisites, id.uuid)
                try await transaction.query(.reviveDependants, id.uuid)
                // What others have stopped as well stays stopped, by them.
                try await transaction.query(.stopDependants)
                try transaction.afterCommit { [self] in hint(record.queue, in: scope.entry) }
                return record
            }
        } catch let error as PostgresError where error.constraint == "jobs_unique_key_idx" {
            throw RPCError(
                .failedPrecondition,
                "job \(id) cannot be tried again: another has taken its place"
            )
        }
    }
}

extension JobRecord {
    /// Reads a row of ``Statement/findJob`` or ``Statement/listJobs``.
    init(_ row: Row) throws {
        let (
            id, queue, kind, state, priority, actor, schedule, createdAt, runAt, startedAt,
            finishedAt, attempts, failures, crashes, isCancelRequested, progress, progressText,
            result, problemCode, problem, stoppedBy, isDue
        ) = try row.read(
            PostgresUUID.self,
            String.self,
            String.self,
            JobState.Stored.self,
            Int.self,
            String.self,
            String?.self,
            UTCTimestamp.self,
            UTCTimestamp.self,
            UTCTimestamp?.self,
            UTCTimestamp?.self,
            Int.self,
            Int.self,
            Int.self,
            Bool.self,
            Double.self,
            String?.self,
            SharedBytes?.self,
            Int?.self,
            String?.self,
            PostgresUUID?.self,
            Bool.self
        )
        guard let actor = Actor(text: actor) else {
            throw RPCError.damagedData
        }
        var found: Problem?
        if let problem {
            found = Problem(
                code: problemCode.flatMap(StatusCode.init(rawValue:)) ?? .unknown,
                message: problem
            )
        }
        self.init(
            id: JobID(id),
            queue: queue,
            kind: kind,
            state: JobState(state, attempts: attempts, isDue: isDue),
            priority: priority,
            actor: actor,
            schedule: schedule,
            createdAt: createdAt,
            runAt: runAt,
            startedAt: startedAt,
            finishedAt: finishedAt,
            attempts: attempts,
            failures: failures,
            crashes: crashes,
            isCancelRequested: isCancelRequested,
            progress: progress,
            progressText: progressText,
            result: result.map { Array(copying: $0.bytes) },
            problem: found,
            stoppedBy: stoppedBy.map { JobID($0) }
        )
    }
}

extension Statement {
    fileprivate static let findJob = Statement(
        "jobs.find",
        """
        select id, queue, kind, state, priority, actor, schedule, created_at, run_at, started_at,
            finished_at, attempts, failures, crashes, cancel_requested_at is not null, progress,
            progress_text, result, problem_code, problem, stopped_by,
            run_at <= clock_timestamp()
        from jobs where id = $1
        """
    )

    fileprivate static let listJobs = Statement(
        "jobs.list",
        """
        select id, queue, kind, state, priority, actor, schedule, created_at, run_at, started_at,
            finished_at, attempts, failures, crashes, cancel_requested_at is not null, progress,
            progress_text, null::bytea, problem_code, problem, stopped_by,
            run_at <= clock_timestamp()
        from jobs
        where ($1::text is null or kind = $1) and id < $3
            and ($5::text is null or queue = $5)
            and case $2::text
                when 'queued' then state = 'waiting' and attempts = 0
                    and run_at <= clock_timestamp()
                when 'scheduled' then state = 'waiting' and attempts = 0
                    and run_at > clock_timestamp()
                when 'retryable' then state = 'waiting' and attempts > 0
                else $2::text is null or state = $2
            end
        order by id desc limit $4
        """
    )

    /// By itself, as the index of schedules is of use only if it is sure that there is one.
    static let listJobsOfSchedule = Statement(
        "jobs.list_of_schedule",
        """
        select id, queue, kind, state, priority, actor, schedule, created_at, run_at, started_at,
            finished_at, attempts, failures, crashes, cancel_requested_at is not null, progress,
            progress_text, null::bytea, problem_code, problem, stopped_by,
            run_at <= clock_timestamp()
        from jobs
        where schedule = $3 and ($1::text is null or kind = $1) and id < $4
            and ($6::text is null or queue = $6)
            and case $2::text
                when 'queued' then state = 'waiting' and attempts = 0
                    and run_at <= clock_timestamp()
                when 'scheduled' then state = 'waiting' and attempts = 0
                    and run_at > clock_timestamp()
                when 'retryable' then state = 'waiting' and attempts > 0
                else $2::text is null or state = $2
            end
        order by id desc limit $5
        """
    )

    fileprivate static let cancelJob = Statement(
        "jobs.cancel",
        """
        update jobs set cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()),
            state = case when state = 'running' then 'running' else 'cancelled' end,
            finished_at = case when state <> 'running' then clock_timestamp() end
        where id = $1 and state in ('blocked', 'waiting', 'running')
        """
    )

    fileprivate static let redriveJob = Statement(
        "jobs.redrive",
        """
        update jobs set state = 'waiting', run_at = clock_timestamp(), finished_at = null,
            failures = 0, crashes = 0, cancel_requested_at = null
        where id = $1 and state = 'dead'
        """
    )

    /// Has those wait that end while a job is tried again: what they release must not be missed.
    fileprivate static let holdPrerequisites = Statement(
        "jobs.hold_prerequisites",
        """
        select from jobs where id in (
            select unnest(waits_for) from jobs where stopped_by = $1 and state = 'cancelled'
        ) order by id for share
        """
    )

    /// Has wait again what a job had stopped, for as many as are not done now; what is known no
    /// more was done long ago.
    fileprivate static let reviveDependants = Statement(
        "jobs.revive_dependants",
        """
        update jobs set state = case when open = 0 then 'waiting' else 'blocked' end,
            open_prerequisites = open, finished_at = null, stopped_by = null,
            problem_code = null, problem = null
        from (
            select d.id as revived, (
                select count(*) from jobs p where p.id = any(d.waits_for) and p.state <> 'done'
            ) as open
            from jobs d where d.stopped_by = $1 and d.state = 'cancelled'
        ) stopped
        where id = revived
        """
    )
}
