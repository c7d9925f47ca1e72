-- What is stored no more, and must not come back.

-- How often it has changed who is forgotten. Whoever writes events says which state he knows; those
-- who change it, or delete, do so alone: see the lock of ingest's writers.
alter table event_head add column forgettings bigint not null default 0;

-- How many events the transaction deleted; their days are those of the commit.
alter table event_commits add column deleted integer not null default 0;

-- For whom an id is joined to, in either order.
create index identity_edges_other_idx on identity_edges (other);

-- The keys of deleted events whose ids are in no `event_seen`: they stay taken.
create table erased_events (
    key uuid not null,
    constraint erased_events_pkey primary key (key)
);

-- That persons were forgotten: what was deleted, and nothing of whom.
create table forgettings (
    id uuid not null,
    actor text not null,
    -- What the request is called elsewhere.
    reference text not null,
    forgotten_at timestamptz not null,
    -- When all was deleted.
    finished_at timestamptz,
    -- Events of earlier commits are deleted: those that were stored when it was asked.
    before_commit bigint not null,
    ids integer not null,
    edges bigint not null,
    events bigint not null default 0,
    rejected_rows bigint not null default 0,
    answers bigint not null default 0,
    -- In UTC.
    days date[] not null default '{}',
    constraint forgettings_pkey primary key (id),
    constraint forgettings_reference_check check (octet_length(reference) <= 100)
);

-- The ids of a person until all that they are on is deleted: `a:` of visitors, `u:` of users.
create table forgetting_ids (
    forgetting uuid not null,
    id text not null,
    constraint forgetting_ids_pkey primary key (forgetting, id),
    constraint forgetting_ids_forgetting_fkey foreign key (forgetting) references forgettings (id)
);

-- Keyed hashes of the ids of persons who were forgotten.
create table forgotten (
    hash uuid not null,
    forgetting uuid not null,
    -- Events until then are refused.
    forgotten_at timestamptz not null,
    -- Those after are, too.
    is_suppressed boolean not null,
    constraint forgotten_pkey primary key (hash),
    constraint forgotten_forgetting_fkey foreign key (forgetting) references forgettings (id)
);
create index forgotten_forgetting_idx on forgotten (forgetting);
