-- What is published of persons, for whoever puts their events together.

-- Whose an event is: the user's if it names one, otherwise the visitor's. An event that names both has
-- joined them: see `identity_edges`.
create index events_person_idx on events (
    (coalesce('u:' || user_id, 'a:' || anonymous_id) collate "C")
);

-- For what else is said of an order.
create index conversions_order_id_idx on conversions (order_id) where order_id is not null;

-- The feed of changes: a reader takes only commits whose transactions are older than all that still
-- run, in the order of `xid` and `commit_id`. A commit with neither events nor deleted ones has joined
-- ids. The days of deleted events are all that is told of them.
create view ingest_v1_commits as
select commit_id, xid, events, deleted, days, written_at from event_commits;

-- Which ids are one person's: `a:` begins those of visitors, `u:` those of users.
create view ingest_v1_identities as
select one, other, commit_id, occurred_at from identity_edges;

-- The one dimension of channels.
create view ingest_v1_channels as
select number, slug, label, parent, color from channels;

-- As before, and whose each is; null if it names nobody.
create or replace view ingest_v1_events as
select key, commit_id, kind, occurred_at, event_id, anonymous_id, user_id, name, channel,
    rules_version, confidence, source, medium, campaign, geo, origin,
    case
        when kind = 1 and (
            (channel is not null and rules_version is null)
            or (coalesce(source, medium) is not null and source is distinct from '(direct)')
        ) then md5(row(
            source, medium, campaign, arrival,
            case when rules_version is null then channel end
        )::text)::uuid
    end as arrival,
    coalesce('u:' || user_id, 'a:' || anonymous_id) collate "C" as person
from events;

-- As before, and whose each is.
create or replace view ingest_v1_conversions as
select c.key, e.commit_id, e.occurred_at, e.event_id, e.anonymous_id, e.user_id, c.definitions,
    c.kind, c.effect, c.value, c.currency, c.order_id,
    case
        when f.key is null or f.key = c.key then 1
        when f.value is not distinct from (c.value) and f.currency is not distinct from (c.currency)
        then 2
        else 3
    end::smallint as standing,
    coalesce('u:' || e.user_id, 'a:' || e.anonymous_id) collate "C" as person
from conversions c
join events e on (e.key = c.key)
left join lateral (
    select o.key, o.value, o.currency from conversions o
    where c.by_order and o.by_order and o.kind = c.kind and o.effect = c.effect
        and o.order_id = c.order_id
    order by o.key
    limit 1
) f on true;

-- As before, and what the version in force says, as `sextant.ingest.v1.Definition`; null for the
-- platform's.
create or replace view ingest_v1_definitions as
select s.name as subject, coalesce(d.version, 1) as version, d.activated_at, d.definition
from (values (1, 'touch-rule'), (2, 'conversion-definitions')) as s (number, name)
left join definition_versions d on (d.subject = s.number and d.state = 2);
