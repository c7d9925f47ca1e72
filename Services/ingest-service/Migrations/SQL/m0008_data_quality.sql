-- How good the data are: what came of rows as they came in, what was counted of each day, and what
-- was concluded from it.

-- Days of events are counted, and arrivals, by ranges of these.
create index events_times_idx on events
    using brin (occurred_at timestamptz_minmax_multi_ops, received_at);

-- What came of rows, by the tenant's day on which they came: all of series, and of events those that
-- were not accepted. Several slots, so that those who write at once need not wait for each other.
create table intake_tallies (
    day date not null,
    kind text not null,
    source text not null,
    fate text not null,
    -- Why, of those that were rejected.
    reason text not null,
    slot smallint not null,
    row_count bigint not null,
    constraint intake_tallies_pkey primary key (day, kind, source, fate, reason, slot),
    constraint intake_tallies_fate_check check (
        fate in ('accepted', 'corrected', 'duplicate', 'rejected')
        and (fate = 'rejected') = (reason <> '')
    )
);

-- The days whose events have been counted, in a time zone. A day of which something has changed
-- since is not here any more.
create table quality_days (
    day date not null,
    time_zone text not null,
    constraint quality_days_pkey primary key (day)
);

-- The events of those days.
create table quality_event_counts (
    day date not null,
    origin text not null,
    kind smallint not null,
    -- 0 for those that have none.
    channel integer not null,
    events bigint not null,
    -- Those that no rule matches, or with little confidence.
    unknown bigint not null,
    with_source bigint not null,
    with_campaign bigint not null,
    with_value bigint not null,
    with_order bigint not null,
    with_user bigint not null,
    with_geo bigint not null,
    constraint quality_event_counts_pkey primary key (day, origin, kind, channel),
    constraint quality_event_counts_day_fkey foreign key (day) references quality_days (day)
        on delete cascade
);

-- One row: up to where changes of events have been read. Whoever takes a snapshot holds it.
create table quality_head (
    id boolean not null default true,
    xid xid8 not null,
    commit_id bigint not null,
    constraint quality_head_pkey primary key (id),
    constraint quality_head_one_check check (id)
);
insert into quality_head (xid, commit_id) values ('0', 0);

create table quality_snapshots (
    number bigint not null generated always as identity,
    day date not null,
    -- What took it.
    job uuid not null,
    -- As `sextant.ingest.v1.QualitySnapshot`: all but the metrics, and the metrics alone.
    snapshot bytea not null,
    metrics bytea not null,
    created_at timestamptz not null,
    constraint quality_snapshots_pkey primary key (number),
    constraint quality_snapshots_job_key unique (job)
);
create index quality_snapshots_day_idx on quality_snapshots (day, number);

create table quality_rules (
    name text not null,
    -- As `sextant.ingest.v1.QualityRule`.
    rule bytea not null,
    reason text not null,
    actor text not null,
    changed_at timestamptz not null,
    constraint quality_rules_pkey primary key (name)
);

create table quality_findings (
    number bigint not null generated always as identity,
    rule text not null,
    -- The metric and its dimensions, in one text.
    subject text not null,
    severity smallint not null,
    is_open boolean not null,
    first_day date not null,
    last_day date not null,
    -- That of the last snapshot that looked for it.
    looked_day date not null,
    snapshots integer not null,
    -- On how many days in a row no snapshot could tell.
    silences integer not null,
    -- As `sextant.ingest.v1.QualityFinding`: what it is of, and what the last snapshot measured.
    finding bytea not null,
    opened_at timestamptz not null,
    resolved_at timestamptz,
    constraint quality_findings_pkey primary key (number),
    constraint quality_findings_resolved_check check (is_open = (resolved_at is null))
);
create unique index quality_findings_open_idx on quality_findings (rule, subject) where is_open;
create index quality_findings_subject_idx on quality_findings (rule, subject, number);

-- What people noted on findings.
create table quality_notes (
    number bigint not null generated always as identity,
    finding bigint not null,
    rule text not null,
    subject text not null,
    reason text not null,
    actor text not null,
    created_at timestamptz not null,
    -- Null if it says nothing of that.
    mute_until timestamptz,
    constraint quality_notes_pkey primary key (number),
    constraint quality_notes_finding_fkey foreign key (finding)
        references quality_findings (number) on delete cascade,
    constraint quality_notes_reason_check check (char_length(reason) between 1 and 500)
);
create index quality_notes_finding_idx on quality_notes (finding, number);
create index quality_notes_subject_idx on quality_notes (rule, subject, number)
    where mute_until is not null;
