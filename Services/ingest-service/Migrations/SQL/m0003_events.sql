-- What visitors did.

-- One row: with this secret, ids become keys.
create table event_head (
    id boolean not null default true,
    secret bytea not null,
    constraint event_head_pkey primary key (id),
    constraint event_head_one_check check (id),
    constraint event_head_secret_check check (octet_length(secret) = 16)
);
insert into event_head (secret)
values (decode(md5(gen_random_uuid()::text || gen_random_uuid()::text), 'hex'));

-- The feed of changes: a row for each transaction that wrote events. A reader takes only those whose
-- transaction is older than all that still run, in the order of the transactions.
create sequence event_commit_ids as bigint;
create table event_commits (
    commit_id bigint not null,
    xid xid8 not null,
    -- What the writer called it, to find out whether it happened.
    token uuid not null,
    events integer not null,
    -- In UTC.
    days date[] not null,
    written_at timestamptz not null,
    constraint event_commits_pkey primary key (commit_id),
    constraint event_commits_token_key unique (token),
    constraint event_commits_xid_key unique (xid, commit_id)
);

create table events (
    -- 48 bits of the time that the client first sent, in milliseconds; 74 of a hash of the id.
    key uuid not null,
    commit_id bigint not null,
    -- As `sextant.ingest.v1.Event.Kind`.
    kind smallint not null,
    -- By our clock.
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    event_id text not null,
    anonymous_id text,
    user_id text,
    name text,
    channel integer,
    rules_version bigint,
    confidence real,
    source text,
    medium text,
    campaign text,
    value numeric(18, 6),
    currency text,
    order_id text,
    geo text,
    origin text not null,
    -- The rest of it, as `sextant.ingest.v1.Event`.
    rest bytea,
    constraint events_pkey primary key (key)
);
create index events_commit_id_idx on events using brin (commit_id);

-- The ids of events that are known by their ids alone.
create table event_seen (
    hash uuid not null,
    day date not null,
    constraint event_seen_pkey primary key (hash)
);

-- Who turned out to be one: ids of visitors begin with `a:`, those of users with `u:`.
create table identity_edges (
    one text not null,
    other text not null,
    commit_id bigint not null,
    occurred_at timestamptz not null,
    constraint identity_edges_pkey primary key (one, other)
);
create index identity_edges_commit_id_idx on identity_edges using brin (commit_id);
