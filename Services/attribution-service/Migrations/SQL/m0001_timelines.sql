-- Persons' touches and conversions, of which journeys are made.

-- One row: how far the feed of events has been read, and by which rule touches were found.
create table timeline_head (
    id boolean not null default true,
    -- The last commit of the feed that was looked at.
    xid xid8 not null default '0',
    commit_id bigint not null default 0,
    touch_rule bigint not null default 0,
    -- Whether touches may have gone, and places that nobody has any more are to go.
    has_unused_places boolean not null default false,
    -- When the feed had nothing more, and all persons were made.
    current_at timestamptz,
    constraint timeline_head_pkey primary key (id),
    constraint timeline_head_one_check check (id)
);
insert into timeline_head default values;

-- Where a touch came from.
create table touch_places (
    number bigint generated always as identity,
    channel integer,
    source text,
    medium text,
    campaign text,
    -- What tells it from all others: an index cannot look for what may be null.
    digest uuid not null generated always as (
        md5(
            coalesce(channel::text, '') || e'\x1f' || coalesce(source, e'\x1e') || e'\x1f'
            || coalesce(medium, e'\x1e') || e'\x1f' || coalesce(campaign, e'\x1e')
        )::uuid
    ) stored,
    constraint touch_places_pkey primary key (number),
    constraint touch_places_digest_key unique (digest)
);

-- Persons: ids that are one's, joined. A person is called by the least of the users' ids, or of the
-- visitors' if there is none.
create table timelines (
    person text not null,
    ids text[] not null,
    -- The first and the last of the person's events, also of those that are nothing here.
    first_at timestamptz not null,
    last_at timestamptz not null,
    events integer not null,
    -- The orders that the person's conversions, refunds and cancellations name, each as often as it is
    -- named.
    orders text[] not null,
    touches integer not null,
    conversions integer not null,
    -- Whether there are more events than are put together: then there is no timeline.
    is_too_large boolean not null default false,
    -- As `sextant.attribution.v1.StoredTimeline`.
    timeline bytea not null,
    constraint timelines_pkey primary key (person)
);
create index timelines_last_at_idx on timelines (last_at, person);

create table timeline_members (
    id text not null,
    person text not null,
    constraint timeline_members_pkey primary key (id)
);
create index timeline_members_person_idx on timeline_members (person);

-- Ids whose persons are to be put together anew.
create table timeline_changes (
    id text not null,
    constraint timeline_changes_pkey primary key (id)
);
