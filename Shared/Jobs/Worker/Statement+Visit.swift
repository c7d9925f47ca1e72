internal import Postgres

// What a worker does when it visits a tenant: one transaction of these, in this order.
extension Statement {
    /// Takes away the jobs whose workers are lost: they wait again, or are dead if that happened
    /// too often.
    ///
    /// The first time they may start at once.
    static let reap = Statement(
        "jobs.reap",
        """
        update jobs set crashes = crashes + 1, lease_until = null, state = fate,
            run_at = clock_timestamp() + crashes * interval '10 seconds',
            finished_at = case when fate <> 'waiting' then clock_timestamp() end,
            problem_code = 14, problem = 'the worker was lost'
        from (
            select id as lost, case when cancel_requested_at is not null then 'cancelled'
                when crashes + 1 >= coalesce(most, 3) then 'dead' else 'waiting' end as fate
            from jobs left join unnest($2, $3) as kinds (name, most) on name = kind
            where queue = $1 and state = 'running' and lease_until < statement_timestamp()
            order by lease_until limit 100 for update of jobs skip locked
        ) expired
        where id = lost
        returning id, kind, state
        """
    )

    /// Takes jobs that may start, the most urgent first.
    ///
    /// Of each kind and priority that there is the index is asked for the first job, and then for
    /// as many as are needed, kinds whose first job has waited longest before others. Rows are
    /// locked one by one as the limit asks for them: the plan is a nested loop, since each search
    /// depends on the level it is for.
    ///
    /// The time of the statement is what the index can be searched by; leases are reckoned from
    /// the moment itself. What was found is an array, of which the server expects a few: of a limit
    /// that it does not know it expects a tenth of the table, and reads all of that.
    static let claim = Statement(
        "jobs.claim",
        """
        with recursive level as (
            (
                select kind, priority, run_at from jobs where queue = $1 and state = 'waiting'
                order by kind, priority, run_at, id limit 1
            )
            union all
            select following.* from level, lateral (
                select kind, priority, run_at from jobs
                where queue = $1 and state = 'waiting'
                    and (kind, priority) > (level.kind, level.priority)
                order by kind, priority, run_at, id limit 1
            ) following
        )
        update jobs set state = 'running', attempts = attempts + 1, lease_token = $4,
            lease_until = clock_timestamp() + make_interval(secs => $5), worker = $6,
            started_at = coalesce(started_at, clock_timestamp()),
            unique_key = case when is_unique_until_start then null else unique_key end
        where id = any(array(
            select first.id from (
                select kind as name, priority as urgency from level where kind = any($2)
                order by priority, run_at
            ) known, lateral (
                select id from jobs
                where queue = $1 and state = 'waiting' and kind = name and priority = urgency
                    and run_at <= statement_timestamp()
                order by run_at, id limit $3 for update skip locked
            ) first
            limit $3
        ))
        returning id, kind, payload, attempts, failures, crashes, actor, scopes, request_id,
            traceparent, checkpoint, progress, priority,
            extract(epoch from clock_timestamp() - run_at)::float8
        """
    )

    /// Takes more jobs of kinds that are done together, as many as go along with those that have
    /// just been claimed under the same token.
    ///
    /// What has failed, or cost a worker, is done by itself.
    static let claimFellows = Statement(
        "jobs.claim_fellows",
        """
        update jobs set state = 'running', attempts = attempts + 1, lease_token = $4,
            lease_until = clock_timestamp() + make_interval(secs => $5), worker = $6,
            started_at = coalesce(started_at, clock_timestamp()),
            unique_key = case when is_unique_until_start then null else unique_key end
        where id = any(array(
            select fellow.id from unnest($2, $3) as batched (name, most), lateral (
                select count(*) as heads from jobs
                where queue = $1 and state = 'running' and lease_token = $4 and kind = name
                    and crashes = 0 and failures = 0
            ) claimed, lateral (
                select waiting.id from generate_series(0, 9) as urgency, lateral (
                    select id from jobs
                    where queue = $1 and state = 'waiting' and kind = name
                        and priority = urgency and run_at <= statement_timestamp()
                        and crashes = 0 and failures = 0
                    order by run_at, id limit heads * (most - 1) for update skip locked
                ) waiting
                limit heads * (most - 1)
            ) fellow
        ))
        returning id, kind, payload, attempts, failures, crashes, actor, scopes, request_id,
            traceparent, checkpoint, progress, priority,
            extract(epoch from clock_timestamp() - run_at)::float8
        """
    )

    /// How many seconds there are until the next job may start, a lease ends, or a schedule fires;
    /// below zero if that time has come.
    static let nextVisit = Statement(
        "jobs.next_visit",
        """
        with recursive level as (
            (
                select kind, priority, run_at from jobs where queue = $1 and state = 'waiting'
                order by kind, priority, run_at, id limit 1
            )
            union all
            select following.* from level, lateral (
                select kind, priority, run_at from jobs
                where queue = $1 and state = 'waiting'
                    and (kind, priority) > (level.kind, level.priority)
                order by kind, priority, run_at, id limit 1
            ) following
        )
        select extract(epoch from next_job - clock_timestamp())::float8,
            extract(epoch from next_lease - clock_timestamp())::float8,
            extract(epoch from next_fire - clock_timestamp())::float8
        from (
            select min(run_at) as next_job from level where kind = any($2)
        ) waiting, (
            select min(lease_until) as next_lease from jobs where queue = $1 and state = 'running'
        ) leased, (
            select min(next_at) as next_fire from schedules where queue = $1 and not is_paused
        ) scheduled
        """
    )

    /// Cancels what waits, over however many steps, for jobs that have ended without success.
    ///
    /// It goes by what there is, not by what has just happened: a job that was enqueued at the same
    /// moment is found by the next visit.
    static let stopDependants = Statement(
        "jobs.stop_dependants",
        """
        with recursive stopped (dependant, cause) as (
            select j.id, coalesce(c.stopped_by, c.id)
            from jobs j, lateral unnest(j.waits_for) as needed join jobs c on c.id = needed
            where j.state = 'blocked' and c.state in ('dead', 'cancelled')
            union
            select j.id, stopped.cause from stopped
                join jobs j on j.waits_for @> array[stopped.dependant] and j.state = 'blocked'
        ), causes as (
            select distinct on (dependant) dependant, cause from stopped order by dependant, cause
        )
        update jobs set state = 'cancelled', finished_at = clock_timestamp(), stopped_by = cause,
            problem_code = 9,
            problem = 'a step before it did not succeed: '
                || coalesce((select c.kind from jobs c where c.id = cause), 'unknown')
        from causes where id = dependant and state = 'blocked'
        """
    )

    /// Has those go on that waited for jobs which are done now.
    ///
    /// Nothing goes on unless the worker with the lease has ended one of them. They are locked in
    /// the order of their ids: two who release the same jobs do not wait for each other.
    static let releaseDependants = Statement(
        "jobs.release_dependants",
        """
        update jobs set open_prerequisites = open_prerequisites - ended,
            state = case when open_prerequisites = ended then 'waiting' else state end
        from (
            select id as follower, (
                select count(*) from unnest(waits_for) as needed where needed = any($1)
            ) as ended
            from jobs where state = 'blocked' and waits_for && $1 and exists (
                select from jobs over
                where over.id = any($1) and over.lease_token = $2 and over.state = 'done'
            )
            order by id for update
        ) released
        where id = follower
        returning queue, state, extract(epoch from run_at - clock_timestamp())::float8
        """
    )

    /// Forgets jobs of a queue that succeeded or were cancelled long ago: some at a time.
    static let pruneEnded = Statement(
        "jobs.prune_ended",
        """
        delete from jobs where id in (
            select id from jobs
            where queue = $1 and state in ('done', 'cancelled') and stopped_by is null
                and finished_at < statement_timestamp() - make_interval(secs => $2)
            order by finished_at limit 1000
        )
        """
    )

    /// Forgets jobs of a queue that failed long ago, with what they have stopped.
    static let pruneDead = Statement(
        "jobs.prune_dead",
        """
        delete from jobs where id in (
            select id from jobs
            where queue = $1
                and (state = 'dead' or (state = 'cancelled' and stopped_by is not null))
                and finished_at < statement_timestamp() - make_interval(secs => $2)
            order by finished_at limit 1000
        )
        """
    )

    // MARK: Visits

    /// Takes tenants whose time has come, the longest due first, and has them visited again after
    /// a lease if this worker should be lost meanwhile.
    static let takeVisits = Statement(
        "jobs.take_visits",
        """
        update node.wakeups set next_at = clock_timestamp() + make_interval(secs => $3)
        from (
            select tenant_id as due_id from node.wakeups
            where queue = $1 and next_at <= statement_timestamp()
            order by next_at limit $2 for update skip locked
        ) due
        where tenant_id = due_id and queue = $1
        returning tenant_id, next_at, hints
        """
    )

    /// How many tenants have work that is due, and for how many seconds the first has had it.
    static let backlog = Statement(
        "jobs.backlog",
        """
        select count(*),
            coalesce(extract(epoch from clock_timestamp() - min(next_at)), 0)::float8
        from node.wakeups where queue = $1 and next_at <= statement_timestamp()
        """
    )

    /// Says when a tenant is to be visited next, unless a hint has come since it was taken.
    static let settleVisit = Statement(
        "jobs.settle_visit",
        """
        update node.wakeups set next_at = clock_timestamp() + make_interval(secs => $5)
        where tenant_id = $1 and queue = $2 and next_at = $3 and hints = $4
        """
    )

    /// Says that a tenant need not be visited, unless a hint has come since it was taken.
    static let endVisits = Statement(
        "jobs.end_visits",
        """
        delete from node.wakeups
        where tenant_id = $1 and queue = $2 and next_at = $3 and hints = $4
        """
    )
}
