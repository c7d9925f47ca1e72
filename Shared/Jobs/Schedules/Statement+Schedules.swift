internal import Postgres

extension Statement {
    /// The clock of a zone, in seconds since 1970 by that clock; no row for a name that is none of
    /// the list, as texts are that only look like one.
    static let civilClock = Statement(
        "jobs.civil_clock",
        """
        select floor(extract(epoch from clock_timestamp() at time zone name))::bigint
        from pg_catalog.pg_timezone_names where name = $1 limit 1
        """
    )

    /// The moments that a zone's clocks show times at: the first of two; if clocks leave a time
    /// out, as much later as they are set forward.
    static let moments = Statement(
        "jobs.moments",
        """
        select (
            select min(moment) from unnest(array[
                later, later - interval '30 minutes', later - interval '1 hour',
                later - interval '2 hours'
            ]) as moment
            where moment = later or moment at time zone $1 = local
        )
        from (
            select place, local, local at time zone $1 as later
            from (
                select place, timestamp '1970-01-01' + make_interval(secs => seconds) as local
                from unnest($2) with ordinality as given (seconds, place)
            ) clocks
        ) guesses
        order by place
        """
    )

    static let dueSchedule = Statement(
        "jobs.due_schedule",
        """
        select name, cron, time_zone, every_seconds, missed_runs, backfill_limit,
            floor(extract(epoch from next_at))::bigint,
            floor(extract(epoch from clock_timestamp()))::bigint,
            floor(extract(epoch from next_at at time zone time_zone))::bigint,
            floor(extract(epoch from clock_timestamp() at time zone time_zone))::bigint,
            actor, scopes
        from schedules
        where name = $1 and not is_paused and next_at <= clock_timestamp()
        for update skip locked
        """
    )

    static let scheduleSteps = Statement(
        "jobs.schedule_steps",
        """
        select place, queue, kind, payload, priority, array(select unnest(waits_for)::bigint)
        from schedule_steps where schedule = $1 order by place
        """
    )

    static let advanceSchedule = Statement(
        "jobs.advance_schedule",
        "update schedules set next_at = $2, last_at = coalesce($3, last_at) where name = $1"
    )

    static let putSchedule = Statement(
        "jobs.put_schedule",
        """
        insert into schedules (name, queue, cron, time_zone, every_seconds, missed_runs,
            backfill_limit, next_at, actor, scopes, created_at, changed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp(), clock_timestamp())
        on conflict (name) do update set queue = excluded.queue, cron = excluded.cron,
            time_zone = excluded.time_zone, every_seconds = excluded.every_seconds,
            missed_runs = excluded.missed_runs, backfill_limit = excluded.backfill_limit,
            next_at = case when (schedules.cron, schedules.time_zone, schedules.every_seconds)
                is not distinct from
                (excluded.cron, excluded.time_zone, excluded.every_seconds)
                then schedules.next_at else excluded.next_at end,
            actor = excluded.actor, scopes = excluded.scopes,
            changed_at = excluded.changed_at
        returning next_at, is_paused
        """
    )

    static let clearSteps = Statement(
        "jobs.clear_steps",
        "delete from schedule_steps where schedule = $1"
    )

    static let putStep = Statement(
        "jobs.put_step",
        """
        insert into schedule_steps (schedule, place, queue, kind, payload, priority, waits_for)
        values ($1, $2, $3, $4, $5, $6, $7)
        """
    )

    static let listSchedules = Statement(
        "jobs.list_schedules",
        """
        select name, queue, cron, time_zone, every_seconds, missed_runs, backfill_limit,
            is_paused, next_at, last_at
        from schedules where name > $1 and ($3::text is null or queue = $3)
        order by name limit $2
        """
    )

    static let pauseSchedule = Statement(
        "jobs.pause_schedule",
        "update schedules set is_paused = true, changed_at = clock_timestamp() where name = $1"
    )

    static let deleteSchedule = Statement(
        "jobs.delete_schedule",
        "delete from schedules where name = $1"
    )

    static let resumeSchedule = Statement(
        "jobs.resume_schedule",
        """
        update schedules set is_paused = false, changed_at = clock_timestamp(), next_at = $2
        where name = $1
        """
    )

    static let findSchedule = Statement(
        "jobs.find_schedule",
        """
        select name, queue, cron, time_zone, every_seconds, missed_runs, backfill_limit,
            is_paused, next_at, last_at
        from schedules where name = $1 for update
        """
    )
}
