-- Panels that are kept, and models that are fitted to them.

create table mix_panels (
    panel_id uuid not null,
    -- Of all that is in it, in hexadecimal.
    fingerprint text not null,
    is_money boolean not null,
    -- What amounts of money are in; empty if nobody has said.
    currency text not null,
    label text not null,
    actor text not null,
    -- As `sextant.mix_model.v1.Panel`, without what stands in columns or is told of its making.
    about bytea not null,
    -- As `sextant.mix_model.v1.PanelContents`.
    contents bytea not null,
    created_at timestamptz not null,
    constraint mix_panels_pkey primary key (panel_id)
);
create unique index mix_panels_contents_idx on mix_panels (fingerprint, is_money, currency);
create index mix_panels_time_idx on mix_panels (created_at, panel_id);

create table mix_models (
    -- In the order in which they were created.
    model_id uuid not null,
    -- See `sextant.mix_model.v1.Model.State`.
    state text not null,
    label text not null,
    kpi text not null,
    panel_id uuid not null,
    -- The job that trains it; null of a draft.
    job_id uuid,
    -- Of all that decides on its bits but the panel and the version, in hexadecimal.
    configuration_digest text not null,
    -- Of the program that trained it last.
    version text,
    actor text not null,
    -- As `sextant.mix_model.v1.StoredModel`.
    definition bytea not null,
    -- Why it failed.
    problem text,
    -- As `sextant.mix_model.v1.TrainingProgress`.
    progress bytea,
    -- As `sextant.mix_model.v1.TrainingSummary`.
    summary bytea,
    created_at timestamptz not null,
    started_at timestamptz,
    completed_at timestamptz,
    -- When it was made the one that counts; null if it is not.
    promoted_at timestamptz,
    constraint mix_models_pkey primary key (model_id),
    constraint mix_models_panel_fkey foreign key (panel_id) references mix_panels (panel_id),
    constraint mix_models_state_check check (
        state in ('draft', 'queued', 'training', 'completed', 'failed', 'cancelled')
    ),
    constraint mix_models_job_check check (state = 'draft' or job_id is not null),
    constraint mix_models_end_check check (
        (state in ('completed', 'failed', 'cancelled')) = (completed_at is not null)
    ),
    constraint mix_models_problem_check check ((state = 'failed') = (problem is not null)),
    constraint mix_models_promotion_check check (promoted_at is null or state = 'completed')
);
create unique index mix_models_promoted_idx on mix_models (kpi, label)
    where promoted_at is not null;
create index mix_models_open_idx on mix_models (model_id) where state in ('queued', 'training');
create index mix_models_panel_idx on mix_models (panel_id);

create table mix_chains (
    model_id uuid not null,
    chain integer not null,
    -- A chain as the sampler saves it, or the fits of a bootstrap.
    bytes bytea not null,
    constraint mix_chains_pkey primary key (model_id, chain),
    constraint mix_chains_model_fkey foreign key (model_id) references mix_models (model_id)
        on delete cascade
);
