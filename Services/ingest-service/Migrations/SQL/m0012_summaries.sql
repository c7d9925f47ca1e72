-- What descriptions and lists tell without reading all that they tell of, what finds rejected rows that
-- are kept no longer, and what platforms claim beside what they cost.

-- Of a version all but what it says and what its trial found, as `sextant.ingest.v1.Definition`; null
-- for those that nobody has written since there is this.
alter table definition_versions add column head bytea;

-- How long rejected rows are kept counts from here.
create index rejected_rows_age_idx on rejected_rows (greatest(rejected_at, settled_at));

-- Nobody writes rows of series that are not counted here.
lock table spend, kpi, covariates, exchange_rates, margins in share mode;

-- How much there is of each series. Whoever writes its rows keeps it in the same transaction, each in
-- a slot that nobody else uses meanwhile: what is told of a series is the sum of its slots.
create table series_summaries (
    kind text not null,
    -- What the series is called. Spend that names neither platform nor column is called as the channel
    -- is that its source is mapped to: then this is empty, and `source` says whose it is.
    name text not null,
    source uuid not null,
    slot smallint not null,
    row_count bigint not null,
    -- Rows that were corrected, once or often.
    corrected_count bigint not null,
    days datemultirange not null,
    currencies text[] not null,
    constraint series_summaries_pkey primary key (kind, name, source, slot)
);

create table series_geos (
    kind text not null,
    name text not null,
    source uuid not null,
    slot smallint not null,
    geo text not null,
    constraint series_geos_pkey primary key (kind, name, source, slot, geo)
);

-- How many rows have an amount in a currency on a day.
create table series_amounts (
    kind text not null,
    currency text not null,
    day date not null,
    slot smallint not null,
    row_count bigint not null,
    constraint series_amounts_pkey primary key (kind, currency, day, slot)
);

insert into series_summaries
with given as (
    select 'spend' as kind, coalesce(nullif(o.platform, ''), o.column_name) as name,
        case when o.platform = '' and o.column_name = '' then s.source
            else '00000000-0000-0000-0000-000000000000' end as source,
        s.day, s.currency, s.revision
    from spend s join spend_sources o on (o.source = s.source)
    union all
    select 'kpi', name, '00000000-0000-0000-0000-000000000000', day, currency, revision from kpi
    union all
    select 'covariate', name, '00000000-0000-0000-0000-000000000000', day, '', revision
    from covariates
    union all
    select 'exchange_rate', base || '/' || quote, '00000000-0000-0000-0000-000000000000', day, '',
        revision
    from exchange_rates
    union all
    select 'margin', name, '00000000-0000-0000-0000-000000000000', day, '', revision from margins
),
per_day as (
    select kind, name, source, day, count(*) as row_count,
        count(*) filter (where revision > 1) as corrected_count
    from given group by kind, name, source, day
),
money as (
    select kind, name, source, array_agg(distinct currency) as currencies
    from given where currency <> '' group by kind, name, source
)
select d.kind, d.name, d.source, 0, sum(d.row_count), sum(d.corrected_count),
    range_agg(daterange(d.day, d.day, '[]')), coalesce(m.currencies, '{}')
from per_day d
left join money m on (m.kind = d.kind and m.name = d.name and m.source = d.source)
group by d.kind, d.name, d.source, m.currencies;

insert into series_geos
select distinct 'spend', coalesce(nullif(o.platform, ''), o.column_name),
    case when o.platform = '' and o.column_name = '' then s.source
        else '00000000-0000-0000-0000-000000000000' end, 0, s.geo
from spend s join spend_sources o on (o.source = s.source)
union all
select distinct 'kpi', name, '00000000-0000-0000-0000-000000000000'::uuid, 0, geo from kpi
union all
select distinct 'covariate', name, '00000000-0000-0000-0000-000000000000'::uuid, 0, geo
from covariates
union all
select distinct 'exchange_rate', base || '/' || quote,
    '00000000-0000-0000-0000-000000000000'::uuid, 0, ''
from exchange_rates
union all
select distinct 'margin', name, '00000000-0000-0000-0000-000000000000'::uuid, 0, '' from margins;

insert into series_amounts
select 'spend', currency, day, 0, count(*) from spend group by currency, day
union all
select 'kpi', currency, day, 0, count(*) from kpi where currency <> '' group by currency, day;

-- As before, of the days and currencies that are counted above.
create or replace view ingest_v1_reporting_rates as
select a.day, a.currency, r.currency as reporting_currency,
    case when a.currency = r.currency then 1 else x.multiplier end as multiplier,
    case when a.currency = r.currency then 1 else x.divisor end as divisor,
    case when a.currency = r.currency then a.day else x.day end as rate_day
from (select distinct day, currency from series_amounts) a
cross join reporting_currency r
left join lateral (
    select e.day,
        case when e.base = a.currency then e.rate else 1 end as multiplier,
        case when e.base = a.currency then 1 else e.rate end as divisor
    from exchange_rates e
    where e.day between a.day - 7 and a.day and (
        (e.base = a.currency and e.quote = r.currency)
        or (e.base = r.currency and e.quote = a.currency)
    )
    order by e.day desc, e.base = a.currency desc
    limit 1
) x on true
where a.currency = r.currency or x.day is not null;

-- What platforms claim, of which a conversion can be a part; null where they say nothing.
alter table spend add column conversions numeric(18, 6);
alter table spend add column conversion_value numeric(18, 6);
alter table spend add constraint spend_conversions_check check (conversions >= 0);

-- As before, and what is claimed.
create or replace view ingest_v1_spend as
select s.day, c.number as channel, c.slug as channel_slug, o.platform, o.account, o.campaign,
    o.ad_group, o.column_name, s.geo, s.currency, s.spend, s.impressions, s.clicks,
    o.mapping_version, s.commit_id, s.conversions, s.conversion_value
from spend s
join spend_sources o using (source)
left join channels c on (c.number = o.channel);
