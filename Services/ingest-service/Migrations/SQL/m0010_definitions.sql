-- What counts as a touch and what as a conversion, and which events are conversions.

-- Every version of a tenant's definitions. Without a row of a subject the platform's, version 1, is
-- the one in force.
create table definition_versions (
    -- 1 for the touch rule, 2 for conversion definitions.
    subject smallint not null,
    version bigint not null,
    -- As `sextant.ingest.v1.Definition.State`.
    state smallint not null,
    -- How often it was written.
    revision bigint not null,
    activated_at timestamptz,
    -- All of it, as `sextant.ingest.v1.Definition`.
    definition bytea not null,
    constraint definition_versions_pkey primary key (subject, version),
    constraint definition_versions_subject_check check (subject in (1, 2)),
    constraint definition_versions_version_check check (version > 0)
);
create unique index definition_versions_active_key on definition_versions (subject)
    where state = 2;

-- The version of the conversion definitions in force. Whoever writes events says by which they were
-- decided; those who put others in force do so alone: see the lock of ingest's writers.
alter table event_head add column definitions bigint not null default 1;

-- Of a page, a keyed hash of the values of its ids of clicks and of the other site that it was opened
-- from; null if it has neither.
alter table events add column arrival uuid;

-- Events that are conversions, refunds or cancellations.
create table conversions (
    -- The event's.
    key uuid not null,
    -- The version that decided.
    definitions bigint not null,
    kind text not null,
    -- As `sextant.ingest.v1.ConversionDefinition.Effect`.
    effect smallint not null,
    -- Whether two of one order are one.
    by_order boolean not null,
    value numeric(18, 6),
    currency text,
    order_id text,
    -- What of the value cannot be read, by a number of ingest's.
    problem smallint,
    constraint conversions_pkey primary key (key),
    constraint conversions_effect_check check (effect in (1, 2, 3)),
    constraint conversions_value_check check ((value is null) = (currency is null))
);
-- Keys begin with the time that was first sent: the first of an order is the least.
create index conversions_order_idx on conversions (kind, effect, order_id, key)
    where by_order and order_id is not null;

-- Which versions are in force. Who computes something by them reads this in the same transaction.
create view ingest_v1_definitions as
select s.name as subject, coalesce(d.version, 1) as version, d.activated_at
from (values (1, 'touch-rule'), (2, 'conversion-definitions')) as s (number, name)
left join definition_versions d on (d.subject = s.number and d.state = 2);

-- Events as journeys are made of them. `arrival` tells one way of coming to a page from another: it is
-- null where nothing tells how the visitor came. Rows that were stored before there was a hash of
-- their own have it by source, medium and campaign alone.
create view ingest_v1_events as
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
    end as arrival
from events;

-- Conversions with how each stands beside the others of its order, as
-- `sextant.ingest.v1.CountConversionsResponse.Standing`: the first counts, others repeat it or contradict it.
create view ingest_v1_conversions as
select c.key, e.commit_id, e.occurred_at, e.event_id, e.anonymous_id, e.user_id, c.definitions,
    c.kind, c.effect, c.value, c.currency, c.order_id,
    case
        when f.key is null or f.key = c.key then 1
        when f.value is not distinct from (c.value) and f.currency is not distinct from (c.currency)
        then 2
        else 3
    end::smallint as standing
from conversions c
join events e on (e.key = c.key)
left join lateral (
    select o.key, o.value, o.currency from conversions o
    where c.by_order and o.by_order and o.kind = c.kind and o.effect = c.effect
        and o.order_id = c.order_id
    order by o.key
    limit 1
) f on true;
