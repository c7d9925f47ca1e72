-- What mix models are held to.

create table calibrations (
    name text not null,
    revision bigint not null,
    -- The slug of the channel, which never changes.
    channel text not null,
    kpi text not null,
    -- As `sextant.mix_model.v1.Calibration`, of it what somebody put.
    calibration bytea not null,
    actor text not null,
    created_at timestamptz not null,
    -- Null as long as it is in force.
    retired_at timestamptz,
    retire_actor text,
    -- Empty if another revision took its place.
    retire_reason text,
    constraint calibrations_pkey primary key (name, revision),
    constraint calibrations_end_check check (
        (retired_at is null) = (retire_actor is null)
        and (retired_at is null) = (retire_reason is null)
    )
);
create unique index calibrations_in_force_idx on calibrations (name) where retired_at is null;
