-- Imports of files: what they are, how far they have come, and their bytes until they have been
-- read.

create table imports (
    import_id uuid not null,
    name text not null default '',
    -- What events of it have as their origin.
    source text not null,
    -- See `sextant.ingest.v1.Import.State`.
    state text not null default 'uploading',
    -- What was declared, and how it is read, as `sextant.ingest.v1.ImportPlan`.
    declared bytea not null,
    plan bytea,
    -- What is wrong with it, as `sextant.ingest.v1.ImportFindings`.
    findings bytea not null default '',
    reason text not null default '',
    confidence double precision not null default 0,
    is_held boolean not null default false,
    is_again boolean not null default false,
    size_bytes bigint,
    received_bytes bigint not null default 0,
    processed_bytes bigint not null default 0,
    -- Of the digests of its blocks.
    digest bytea,
    same_as uuid,
    -- Behind the last row that had its fate.
    checkpoint text not null default '',
    accepted bigint not null default 0,
    corrected bigint not null default 0,
    duplicate bigint not null default 0,
    rejected bigint not null default 0,
    passed bigint not null default 0,
    job uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    ended_at timestamptz,
    constraint imports_pkey primary key (import_id),
    constraint imports_name_check check (char_length(name) <= 200),
    constraint imports_source_check check (octet_length(source) between 1 and 63),
    constraint imports_state_check check (state in (
        'uploading', 'waiting', 'running', 'completed', 'failed', 'cancelled'
    )),
    constraint imports_size_check check (size_bytes >= 0 and received_bytes >= 0),
    constraint imports_end_check check (
        (ended_at is not null) = (state in ('completed', 'failed', 'cancelled'))
    )
);
create index imports_created_idx on imports (created_at, import_id);
create index imports_digest_idx on imports (digest) where state = 'completed';
create index imports_open_idx on imports (updated_at) where ended_at is null;

-- The bytes, a MiB in each row but the last. They are packed already, or soon gone.
create table import_blocks (
    import_id uuid not null,
    number integer not null,
    bytes bytea not null,
    -- SHA-256.
    digest bytea not null,
    constraint import_blocks_pkey primary key (import_id, number)
);
alter table import_blocks alter column bytes set storage external;

-- Which commits of events are of which import.
create table import_commits (
    import_id uuid not null,
    commit_id bigint not null,
    constraint import_commits_pkey primary key (import_id, commit_id)
);

-- Journeys that went the same way, as files tell them without events.
create table import_paths (
    import_id uuid not null,
    row_number bigint not null,
    steps text[] not null,
    conversions numeric(30, 6) not null,
    value numeric(30, 6) not null,
    nulls numeric(30, 6) not null,
    constraint import_paths_pkey primary key (import_id, row_number)
);

-- Published: the files of journeys that have been read, and their journeys, of which each row is
-- how many went one way.
create view ingest_v1_path_imports as
    select i.import_id, i.name, i.source, i.digest, i.ended_at, i.accepted as path_rows
    from imports i
    where i.state = 'completed'
        and exists (select from import_paths p where p.import_id = i.import_id);
create view ingest_v1_paths as
    select p.import_id, p.row_number, p.steps, p.conversions, p.value, p.nulls
    from import_paths p join imports i using (import_id)
    where i.state = 'completed';
