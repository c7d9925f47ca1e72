-- Runs of models that are kept.

create table attribution_runs (
    -- That of the job that computes it.
    run_id uuid not null,
    -- See `sextant.attribution.v1.Run.State`.
    state text not null default 'running',
    label text not null,
    -- The schedule that had it made; null if somebody did.
    schedule text,
    actor text not null,
    -- As `sextant.attribution.v1.RunModelsRequest`.
    request bytea not null,
    -- Of the request: its 64 bits.
    seed bigint not null,
    -- As `sextant.attribution.v1.ModelRun`, with two of its texts.
    result bytea,
    fingerprint text,
    version text,
    -- Why there is no result.
    problem text,
    created_at timestamptz not null,
    ended_at timestamptz,
    -- Null for runs that are kept until somebody deletes them.
    expires_at timestamptz,
    constraint attribution_runs_pkey primary key (run_id),
    constraint attribution_runs_state_check check (
        state in ('running', 'completed', 'failed', 'cancelled')
    ),
    constraint attribution_runs_end_check check ((state = 'running') = (ended_at is null)),
    constraint attribution_runs_result_check check ((state = 'completed') = (result is not null)),
    constraint attribution_runs_keeping_check check ((schedule is null) = (expires_at is null))
);
create index attribution_runs_open_idx on attribution_runs (run_id) where ended_at is null;
create index attribution_runs_expiry_idx on attribution_runs (expires_at)
    where expires_at is not null;
