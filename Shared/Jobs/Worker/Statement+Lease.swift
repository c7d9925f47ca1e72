internal import Postgres

// What becomes of a job that runs. All of it is fenced: it happens only if the worker still has the
// lease, by whose token it asks.
extension Statement {
    /// Tells that the worker is there, and asks whether the job is to be cancelled.
    static let heartbeat = Statement(
        "jobs.heartbeat",
        """
        update jobs set lease_until = clock_timestamp() + make_interval(secs => $3),
            progress = greatest(progress, $4), progress_text = coalesce($5, progress_text)
        where id = $1 and lease_token = $2 and state = 'running'
        returning cancel_requested_at is not null
        """
    )

    /// Tells of several jobs, in the order of their ids, as all do who change several.
    static let heartbeats = Statement(
        "jobs.heartbeats",
        """
        update jobs set lease_until = clock_timestamp() + make_interval(secs => $3)
        from (
            select id as held from jobs
            where id = any($1) and lease_token = $2 and state = 'running'
            order by id for no key update
        ) mine
        where id = held
        """
    )

    /// Has what follows wait no longer for rows that somebody else changes.
    static let limitLocks = Statement(
        "jobs.limit_locks",
        "select set_config('lock_timeout', '2s', true)"
    )

    /// Keeps the lease until the transaction ends, for effects in the middle of a job.
    static let holdLease = Statement(
        "jobs.hold_lease",
        "select from jobs where id = $1 and lease_token = $2 and state = 'running' for key share"
    )

    /// Keeps the leases of several jobs, and tells which there are, and which are not wanted.
    static let holdLeases = Statement(
        "jobs.hold_leases",
        """
        select id, cancel_requested_at is not null from jobs
        where id = any($1) and lease_token = $2 and state = 'running' order by id for key share
        """
    )

    /// Keeps how far a job is.
    static let saveCheckpoint = Statement(
        "jobs.save_checkpoint",
        """
        update jobs set checkpoint = $3, lease_until = clock_timestamp()
                + make_interval(secs => $4),
            progress = greatest(progress, $5), progress_text = coalesce($6, progress_text)
        where id = $1 and lease_token = $2 and state = 'running'
        """
    )

    static let complete = Statement(
        "jobs.complete",
        """
        update jobs set state = 'done', finished_at = clock_timestamp(), lease_until = null,
            result = $3, progress = 1, checkpoint = null, problem_code = null, problem = null
        where id = $1 and lease_token = $2 and state = 'running'
        """
    )

    /// Ends several jobs, each with what came of it.
    static let completeAll = Statement(
        "jobs.complete_all",
        """
        update jobs set state = 'done', finished_at = clock_timestamp(), lease_until = null,
            result = outcome, progress = 1, checkpoint = null, problem_code = null,
            problem = null
        from (
            select id as held from jobs
            where id = any($1) and lease_token = $2 and state = 'running'
            order by id for no key update
        ) mine join unnest($1, $3) as given (job, outcome) on job = held
        where id = held
        """
    )

    /// Which of a worker's completions have been committed.
    static let wereCompleted = Statement(
        "jobs.were_completed",
        "select id from jobs where id = any($1) and lease_token = $2 and state = 'done'"
    )

    static let fail = Statement(
        "jobs.fail",
        """
        update jobs set failures = failures + 1, lease_until = null,
            state = case when cancel_requested_at is not null then 'cancelled'
                when $3 then 'dead' else 'waiting' end,
            finished_at = case when $3 or cancel_requested_at is not null
                then clock_timestamp() end,
            run_at = clock_timestamp() + make_interval(secs => $4),
            problem_code = $5, problem = $6
        where id = $1 and lease_token = $2 and state = 'running'
        returning state
        """
    )

    /// Gives a job back, for someone else to go on with at once, or later.
    static let giveBack = Statement(
        "jobs.give_back",
        """
        update jobs set lease_until = null,
            state = case when cancel_requested_at is not null then 'cancelled'
                else 'waiting' end,
            finished_at = case when cancel_requested_at is not null then clock_timestamp() end,
            run_at = clock_timestamp() + make_interval(secs => $3),
            problem_code = coalesce($4, problem_code), problem = coalesce($5, problem)
        where id = $1 and lease_token = $2 and state = 'running'
        returning state
        """
    )

    static let endCancelled = Statement(
        "jobs.end_cancelled",
        """
        update jobs set state = 'cancelled', finished_at = clock_timestamp(), lease_until = null
        where id = $1 and lease_token = $2 and state = 'running'
        returning state
        """
    )
}
