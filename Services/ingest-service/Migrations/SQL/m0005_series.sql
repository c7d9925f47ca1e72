-- What is known by the day: spend, KPIs, covariates, exchange rates and margins; which channel
-- spend belongs to; and the views by which other services read it.
--
-- Rows of all kinds are found by their day and by `series`, a digest of the rest of their key: so
-- one index serves keys of many texts. `revision` counts how often a row was written with other
-- values, and `previous…` is what the last of these replaced. `commit_id` is the change that wrote
-- it last.

-- A row for each transaction that changed series. Two that run at once may commit in the other order
-- than that of their numbers: see the view at the end.
create table series_commits (
    commit_id bigint not null generated always as identity,
    xid xid8 not null,
    -- What was written; `reporting_currency` if that has changed, `mapping` if spend has moved from
    -- channel to channel.
    kind text not null,
    row_count bigint not null default 0,
    -- The days whose rows have changed, in order.
    days date[] not null default '{}',
    written_at timestamptz not null,
    constraint series_commits_pkey primary key (commit_id),
    constraint series_commits_kind_check check (kind in (
        'spend', 'kpi', 'covariate', 'exchange_rate', 'margin', 'mapping', 'reporting_currency'
    ))
);

create index series_commits_xid_idx on series_commits (xid, commit_id);

-- What amounts are converted into: the tenant's setting, as it was at the last write.
create table reporting_currency (
    id boolean not null default true,
    currency text not null,
    constraint reporting_currency_pkey primary key (id),
    constraint reporting_currency_one_check check (id),
    constraint reporting_currency_currency_check check (currency ~ '^[A-Z]{3}$')
);

-- Every version of the mapping that was ever in force. Writers of spend hold the head in share, so
-- that what is written while a mapping changes is mapped by one of both versions, and by the later
-- if it is committed later.
create table spend_mapping_head (
    id boolean not null default true,
    version bigint not null,
    constraint spend_mapping_head_pkey primary key (id),
    constraint spend_mapping_head_one_check check (id)
);

insert into spend_mapping_head (version) values (0);

create table spend_mappings (
    version bigint not null,
    -- As `sextant.ingest.v1.PutSpendMappingRequest` has them.
    rules bytea not null,
    reason text not null,
    actor text not null,
    created_at timestamptz not null,
    constraint spend_mappings_pkey primary key (version),
    constraint spend_mappings_version_check check (version > 0),
    constraint spend_mappings_reason_check check (char_length(reason) between 1 and 500)
);

-- What a mapping maps: what can be said of spend beside day, place and currency. Rows of spend are
-- many, and what they say of themselves is not: a new mapping writes here alone.
create table spend_sources (
    source uuid not null,
    platform text not null,
    account text not null,
    campaign text not null,
    ad_group text not null,
    column_name text not null,
    -- What the rows themselves name; no mapping asks about them then.
    named_channel integer,
    -- Where they belong; null if no rule matches.
    channel integer,
    mapping_version bigint not null,
    constraint spend_sources_pkey primary key (source),
    constraint spend_sources_named_channel_fkey foreign key (named_channel)
        references channels (number),
    constraint spend_sources_channel_fkey foreign key (channel) references channels (number),
    constraint spend_sources_named_check check (named_channel is null or channel = named_channel)
);

create index spend_sources_unmapped_idx on spend_sources (source) where channel is null;

create table spend (
    day date not null,
    series uuid not null,
    source uuid not null,
    geo text not null,
    currency text not null,
    spend numeric(18, 6) not null,
    impressions bigint,
    clicks bigint,
    revision integer not null,
    previous_spend numeric(18, 6),
    commit_id bigint not null,
    constraint spend_pkey primary key (day, series),
    constraint spend_source_fkey foreign key (source) references spend_sources (source),
    constraint spend_spend_check check (spend >= 0),
    constraint spend_counts_check check (impressions >= 0 and clicks >= 0),
    constraint spend_currency_check check (currency ~ '^[A-Z]{3}$'),
    constraint spend_revision_check check ((revision = 1) = (previous_spend is null))
);

create index spend_source_idx on spend (source, day);

create table kpi (
    day date not null,
    series uuid not null,
    name text not null,
    -- Who counted it; empty for the business itself.
    counted_by text not null,
    geo text not null,
    -- Empty for a number of something.
    currency text not null,
    value numeric(18, 6) not null,
    value_per_unit numeric(18, 6),
    value_currency text not null,
    population bigint,
    revision integer not null,
    previous_value numeric(18, 6),
    commit_id bigint not null,
    constraint kpi_pkey primary key (day, series),
    constraint kpi_name_check check (name <> ''),
    constraint kpi_currency_check check (currency ~ '^([A-Z]{3})?$'),
    constraint kpi_value_currency_check check (
        value_currency ~ '^([A-Z]{3})?$' and (value_currency = '') = (value_per_unit is null)
    ),
    constraint kpi_revision_check check ((revision = 1) = (previous_value is null))
);

create index kpi_name_idx on kpi (name, day);

create table covariates (
    day date not null,
    series uuid not null,
    name text not null,
    geo text not null,
    value double precision not null,
    revision integer not null,
    previous_value double precision,
    commit_id bigint not null,
    constraint covariates_pkey primary key (day, series),
    constraint covariates_name_check check (name <> ''),
    constraint covariates_revision_check check ((revision = 1) = (previous_value is null))
);

create table exchange_rates (
    day date not null,
    series uuid not null,
    base text not null,
    quote text not null,
    rate numeric(24, 12) not null,
    revision integer not null,
    previous_rate numeric(24, 12),
    commit_id bigint not null,
    constraint exchange_rates_pkey primary key (day, series),
    constraint exchange_rates_pair_key unique (base, quote, day),
    constraint exchange_rates_currency_check check (
        base ~ '^[A-Z]{3}$' and quote ~ '^[A-Z]{3}$' and base <> quote
    ),
    constraint exchange_rates_rate_check check (rate > 0),
    constraint exchange_rates_revision_check check ((revision = 1) = (previous_rate is null))
);

create table margins (
    day date not null,
    series uuid not null,
    name text not null,
    margin numeric(7, 6) not null,
    revision integer not null,
    previous_margin numeric(7, 6),
    commit_id bigint not null,
    constraint margins_pkey primary key (day, series),
    constraint margins_margin_check check (margin between -1 and 1),
    constraint margins_revision_check check ((revision = 1) = (previous_margin is null))
);

-- Changes that no reader can miss who goes on, in the order of `xid` and `commit_id`, after the last
-- pair that he has read: those of transactions that began to write before any that still runs. One
-- that is slow, and commits last, holds back those after it.
create view ingest_v1_series_commits as
select xid, commit_id, kind, row_count, days, written_at
from series_commits
where xid < pg_snapshot_xmin(pg_current_snapshot());

-- Spend with the channel that it belongs to.
create view ingest_v1_spend as
select s.day, c.number as channel, c.slug as channel_slug, o.platform, o.account, o.campaign,
    o.ad_group, o.column_name, s.geo, s.currency, s.spend, s.impressions, s.clicks,
    o.mapping_version, s.commit_id
from spend s
join spend_sources o using (source)
left join channels c on (c.number = o.channel);

create view ingest_v1_kpi as
select day, name, counted_by, geo, currency, value, value_per_unit, value_currency, population,
    commit_id
from kpi;

create view ingest_v1_covariates as
select day, name, geo, value, commit_id from covariates;

create view ingest_v1_margins as
select day, name, margin, commit_id from margins;

-- What a unit of a currency is in the reporting currency, on each day and for each currency of which
-- there are amounts: by the latest rate of the seven days up to it, whichever way round it was given,
-- the one from the currency first. No row if there is none.
create view ingest_v1_reporting_rates as
select a.day, a.currency, r.currency as reporting_currency,
    case when a.currency = r.currency then 1 else x.multiplier end as multiplier,
    case when a.currency = r.currency then 1 else x.divisor end as divisor,
    case when a.currency = r.currency then a.day else x.day end as rate_day
from (
    select day, currency from spend
    union
    select day, currency from kpi where currency <> ''
) a
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

-- By day and platform: what ads cost and are said to have brought, by whoever counts. Amounts are in
-- the reporting currency, each currency's sum of a day rounded to six digits; null where one has no
-- rate, which the counts of rows tell. `stale` rows were converted by the rate of an earlier day.
create view ingest_v1_cross_platform_kpi_daily as
with cost as (
    select s.day, o.platform, s.currency, sum(s.spend) as amount, sum(s.impressions) as impressions,
        sum(s.clicks) as clicks, count(*) as row_count
    from spend s join spend_sources o using (source)
    group by s.day, o.platform, s.currency
),
costs as (
    select c.day, c.platform, sum(c.impressions) as impressions, sum(c.clicks) as clicks,
        case when bool_and(r.day is not null)
            then sum(round(c.amount * r.multiplier / r.divisor, 6)) end as cost,
        coalesce(sum(c.row_count) filter (where r.day is null), 0)::bigint as unconverted,
        coalesce(sum(c.row_count) filter (where r.rate_day < c.day), 0)::bigint as stale
    from cost c
    left join ingest_v1_reporting_rates r on (r.day = c.day and r.currency = c.currency)
    group by c.day, c.platform
),
gain as (
    select k.day, k.counted_by, k.currency, sum(k.value) as amount, count(*) as row_count
    from kpi k where k.name = 'revenue' and k.currency <> ''
    group by k.day, k.counted_by, k.currency
),
gains as (
    select g.day, g.counted_by as platform,
        case when bool_and(r.day is not null)
            then sum(round(g.amount * r.multiplier / r.divisor, 6)) end as revenue,
        coalesce(sum(g.row_count) filter (where r.day is null), 0)::bigint as unconverted,
        coalesce(sum(g.row_count) filter (where r.rate_day < g.day), 0)::bigint as stale
    from gain g
    left join ingest_v1_reporting_rates r on (r.day = g.day and r.currency = g.currency)
    group by g.day, g.counted_by
),
counts as (
    select day, counted_by as platform, sum(value) as conversions
    from kpi where name = 'conversions' and currency = ''
    group by day, counted_by
)
select day, platform, c.cost, c.impressions::bigint as impressions, c.clicks::bigint as clicks,
    n.conversions, g.revenue, (select currency from reporting_currency) as currency,
    coalesce(c.unconverted, 0) as unconverted_cost_rows,
    coalesce(g.unconverted, 0) as unconverted_revenue_rows,
    coalesce(c.stale, 0) + coalesce(g.stale, 0) as stale_rate_rows
from costs c
full join counts n using (day, platform)
full join gains g using (day, platform);

-- By day and KPI: what all ads cost together, and what the business counted, itself or by an
-- analytics tool; what platforms that take money say of themselves is left out. A day without a KPI
-- has one row, with its cost.
create view ingest_v1_blended_paid_kpi_daily as
with costs as (
    select day, case when bool_and(unconverted_cost_rows = 0) then sum(cost) end as cost,
        sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks,
        sum(unconverted_cost_rows)::bigint as unconverted_cost_rows
    from ingest_v1_cross_platform_kpi_daily
    where cost is not null or unconverted_cost_rows > 0
    group by day
),
gain as (
    select k.day, k.name, k.counted_by, k.currency, sum(k.value) as amount, count(*) as row_count
    from kpi k
    where not exists (
        select from spend_sources o where o.platform = k.counted_by and k.counted_by <> ''
    )
    group by k.day, k.name, k.counted_by, k.currency
),
gains as (
    select g.day, g.name as kpi, g.counted_by, g.currency <> '' as is_money,
        case when bool_and(g.currency = '' or r.day is not null) then sum(
            case when g.currency = '' then g.amount
                else round(g.amount * r.multiplier / r.divisor, 6) end
        ) end as value,
        coalesce(sum(g.row_count) filter (where g.currency <> '' and r.day is null), 0)::bigint
            as unconverted
    from gain g
    left join ingest_v1_reporting_rates r on (r.day = g.day and r.currency = g.currency)
    group by g.day, g.name, g.counted_by, g.currency <> ''
)
select day, g.kpi, g.counted_by, g.value, g.is_money as value_is_money, c.cost, c.impressions,
    c.clicks, (select currency from reporting_currency) as currency,
    coalesce(c.unconverted_cost_rows, 0) as unconverted_cost_rows,
    coalesce(g.unconverted, 0) as unconverted_value_rows
from costs c
full join gains g using (day);
