-- Persons' conversions as journeys count them, those that were cancelled left out.
create table timeline_conversions (
    person text not null,
    -- Its place among the person's.
    place integer not null,
    occurred_at timestamptz not null,
    kind text not null,
    -- Where: as its event says, or the last one before it that does; empty if none does.
    geo text not null,
    -- Whether it is the person's first of its kind.
    is_first boolean not null,
    -- In millionths of the currency.
    value bigint not null,
    -- Empty if it has no value.
    currency text not null,
    constraint timeline_conversions_pkey primary key (person, place)
);

-- Whose days published KPIs have: the tenant's, as far as timelines know.
alter table timeline_head add column time_zone text not null default 'UTC';

-- What journeys count by day and place, with the columns of `ingest_v1_kpi`: under a kind's name its conversions,
-- with `:new` those that were the first of the kind of their person, with `:value` what they are worth,
-- of which nothing that was paid back is taken off.
--
-- There are rows for all days that are over, from the first that has a conversion to the last, of zero
-- where nothing was counted: whoever reads them need not guess whether something is missing. There are
-- none until timelines have been made for the first time.
create view attribution_v1_kpi as
with counted as (
    select (c.occurred_at at time zone h.time_zone)::date as day, c.kind, c.geo, c.currency,
        count(*) as conversions, count(*) filter (where c.is_first) as firsts,
        sum(c.value) * 0.000001 as value
    from timeline_conversions c, timeline_head h
    where c.occurred_at < date_trunc('day', h.current_at, h.time_zone)
    group by 1, 2, 3, 4
),
series as (select distinct kind, geo, currency from counted),
days as (
    select generate_series(min(day)::timestamp, max(day)::timestamp, '1 day')::date as day
    from counted
)
select d.day, n.name, 'journeys' as counted_by, s.geo, n.currency, coalesce(n.value, 0) as value,
    null::numeric as value_per_unit, '' as value_currency, null::bigint as population,
    null::bigint as commit_id
from series s
cross join days d
left join counted c using (day, kind, geo, currency)
cross join lateral (
    values (s.kind, '', c.conversions::numeric), (s.kind || ':new', '', c.firsts::numeric),
        (s.kind || ':value', s.currency, c.value)
) n (name, currency, value)
where s.currency <> '' or n.name <> s.kind || ':value';

-- All timelines are made anew, as by another touch rule, with their conversions.
update timeline_head set touch_rule = 0;
