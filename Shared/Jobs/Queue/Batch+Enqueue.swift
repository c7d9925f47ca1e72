internal import Postgres
internal import Telemetry
internal import Tenancy

extension Batch {
    /// Adds what enqueues a job; its result is the id of the job, whether it is new, and whether it
    /// may be started now; no row if a prerequisite is missing.
    mutating func append(_ job: NewJob, _ context: TenantContext) {
        var delay: Double?
        var time: UTCTimestamp?
        switch job.start {
        case .now: delay = 0
        case .after(let duration): delay = duration.asPause.seconds
        case .at(let moment): time = moment
        }
        append(
            .enqueue,
            job.id.uuid,
            job.queue.text,
            job.kind,
            Int16(job.priority),
            delay,
            time,
            job.payload,
            job.uniqueness?.key,
            job.uniqueness?.isUntilStart ?? false,
            job.prerequisites.map(\.uuid),
            context.actor.description,
            context.scopes.text,
            job.requestID?.text,
            job.traceContext?.traceparent,
            job.schedule?.name,
            job.schedule?.time
        )
    }
}

extension Statement {
    /// Has the transaction's statements run by the plans that the server keeps.
    ///
    /// Of limits and lists that it does not know the server expects so much that it would make a
    /// plan for each execution, which takes longer than the execution: 0.3 ms.
    static let keepPlans = Statement(
        "jobs.keep_plans",
        "select set_config('plan_cache_mode', 'force_generic_plan', true)"
    )

    /// Leaves that to the server again.
    static let choosePlans = Statement(
        "jobs.choose_plans",
        "select set_config('plan_cache_mode', 'auto', true)"
    )

    /// A job that is there with the key is locked and returned: it cannot end before this
    /// transaction has.
    ///
    /// So are prerequisites: whoever ends one of them sees the job that waits. A job that is there
    /// with the id is the same one, asked for before.
    fileprivate static let enqueue = Statement(
        "jobs.enqueue",
        """
        with known as (
            select id, state from jobs where id = $1
        ), needed as (
            select state from jobs where id = any($10::uuid[]) for share
        ), prerequisites as (
            select count(*) as found,
                count(*) filter (where state in ('dead', 'cancelled')) as failed,
                count(*) filter (where state <> 'done') as open
            from needed
        ), made as (
            insert into jobs (id, queue, kind, state, priority, run_at, payload, unique_key,
                is_unique_until_start, waits_for, open_prerequisites, actor, scopes, request_id,
                traceparent, created_at, schedule, fire_at)
            select $1, $2, $3, case when open > 0 then 'blocked' else 'waiting' end, $4,
                coalesce($6, clock_timestamp() + make_interval(secs => $5)), $7, $8, $9, $10, open,
                $11, $12, $13, $14, clock_timestamp(), $15, $16
            from prerequisites where found = cardinality($10::uuid[]) and failed = 0
                and not exists (select from known)
            on conflict (queue, unique_key)
                where unique_key is not null and state in ('blocked', 'waiting', 'running')
                do update set unique_key = excluded.unique_key
            returning id, id = $1 and xmax = 0 as is_new, state = 'waiting' as is_waiting
        )
        select id, is_new, is_waiting from made
        union all
        select id, false, state = 'waiting' from known
        """
    )
}
