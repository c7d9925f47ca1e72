-- What is done later, or takes longer than a call may: jobs, and the schedules that make them.

create table jobs (
    id uuid not null,
    -- The service that does it, and which of the things it does.
    queue text not null,
    kind text not null,
    state text not null,
    -- 0 comes first, 9 last.
    priority smallint not null,
    -- Not before.
    run_at timestamptz not null,
    payload bytea not null,
    -- At most one job that is not over has a key; some give it up when they start.
    unique_key text,
    is_unique_until_start boolean not null default false,
    -- Jobs that must be done before, and how many of them are not.
    waits_for uuid[] not null default '{}',
    open_prerequisites integer not null default 0,
    -- The schedule that made it, and for what time.
    schedule text,
    fire_at timestamptz,
    -- By whom, with what rights, in whose trace.
    actor text not null,
    scopes text not null,
    request_id text,
    traceparent text,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    -- Who runs it, or did last, and until when he must tell that he still does.
    lease_token uuid,
    lease_until timestamptz,
    worker text,
    -- How often it was started; how often it failed; how often its worker was lost.
    attempts integer not null default 0,
    failures integer not null default 0,
    crashes integer not null default 0,
    cancel_requested_at timestamptz,
    progress double precision not null default 0,
    progress_text text,
    checkpoint bytea,
    result bytea,
    -- Why it failed last, for its owner.
    problem_code smallint,
    problem text,
    -- The job whose end without success has ended this one.
    stopped_by uuid,
    constraint jobs_pkey primary key (id),
    constraint jobs_state_check check (
        state in ('blocked', 'waiting', 'running', 'done', 'dead', 'cancelled')
    ),
    constraint jobs_blocked_check check ((state = 'blocked') <= (open_prerequisites > 0)),
    constraint jobs_lease_check check (
        (state = 'running') = (lease_until is not null)
        and (state = 'running') <= (lease_token is not null)
    ),
    constraint jobs_end_check check (
        (state in ('done', 'dead', 'cancelled')) = (finished_at is not null)
    ),
    constraint jobs_priority_check check (priority between 0 and 9),
    constraint jobs_progress_check check (progress between 0 and 1),
    constraint jobs_queue_check check (queue ~ '^[a-z][0-9a-z-]{0,31}$'),
    constraint jobs_kind_check check (kind ~ '^[a-z][0-9a-z_]{0,62}$'),
    constraint jobs_unique_key_check check (octet_length(unique_key) between 1 and 200),
    constraint jobs_payload_check check (octet_length(payload) <= 1048576),
    constraint jobs_result_check check (octet_length(result) <= 1048576)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

create unique index jobs_unique_key_idx on jobs (queue, unique_key)
    where unique_key is not null and state in ('blocked', 'waiting', 'running');
-- What is claimed next.
create index jobs_waiting_idx on jobs (queue, priority, run_at, id) where state = 'waiting';
-- Whose worker may be lost.
create index jobs_running_idx on jobs (queue, lease_until) where state = 'running';
-- What waits for others.
create index jobs_waits_for_idx on jobs using gin (waits_for) where state = 'blocked';
create index jobs_blocked_idx on jobs (id) where state = 'blocked';
-- What goes on if another is tried again.
create index jobs_stopped_by_idx on jobs (stopped_by) where stopped_by is not null;
-- For pruning: what is kept for a while, and what is kept for longer.
create index jobs_ended_idx on jobs (queue, finished_at)
    where state in ('done', 'cancelled') and stopped_by is null;
create index jobs_dead_idx on jobs (queue, finished_at)
    where state = 'dead' or (state = 'cancelled' and stopped_by is not null);
-- For the history of a schedule, and for whether its last jobs are over.
create index jobs_schedule_idx on jobs (schedule, id) where schedule is not null;
create index jobs_schedule_open_idx on jobs (schedule)
    where schedule is not null and state in ('blocked', 'waiting', 'running');

create table schedules (
    name text not null,
    -- The service that sees to it.
    queue text not null,
    -- Five fields of cron in a time zone, or a number of seconds.
    cron text,
    time_zone text,
    every_seconds bigint,
    -- What is done about times at which nobody was there: none, the last, or so many of the last.
    missed_runs text not null,
    backfill_limit integer not null default 0,
    is_paused boolean not null default false,
    -- Null once no time is left.
    next_at timestamptz,
    last_at timestamptz,
    -- In whose name its jobs are done.
    actor text not null,
    scopes text not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    constraint schedules_pkey primary key (name),
    constraint schedules_name_check check (name ~ '^[a-z][0-9a-z-]{0,62}$'),
    constraint schedules_queue_check check (queue ~ '^[a-z][0-9a-z-]{0,31}$'),
    constraint schedules_times_check check (
        (cron is null) = (every_seconds is not null) and (cron is null) = (time_zone is null)
    ),
    constraint schedules_every_check check (every_seconds >= 1),
    constraint schedules_missed_runs_check check (missed_runs in ('skip', 'last', 'backfill')),
    constraint schedules_backfill_check check (backfill_limit between 0 and 1000)
);

-- The jobs that a schedule makes each time, in their order.
create table schedule_steps (
    schedule text not null,
    place smallint not null,
    queue text not null,
    kind text not null,
    payload bytea not null,
    priority smallint not null,
    -- The places of the steps that must be done before.
    waits_for smallint[] not null default '{}',
    constraint schedule_steps_pkey primary key (schedule, place),
    constraint schedule_steps_schedule_fkey foreign key (schedule) references schedules (name)
        on delete cascade,
    constraint schedule_steps_place_check check (place between 1 and 100),
    constraint schedule_steps_payload_check check (octet_length(payload) <= 1048576)
);
