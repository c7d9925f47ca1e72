-- What a unit of one currency was worth in another on a day, as it was given: whoever converts takes
-- the latest of the seven days up to a day, as `ingest_v1_reporting_rates` does.
create view ingest_v1_exchange_rates as
select day, base, quote, rate, commit_id from exchange_rates;

-- As before, and whether there is a value, or a currency, that cannot be read.
create or replace view ingest_v1_conversions as
select c.key, e.commit_id, e.occurred_at, e.event_id, e.anonymous_id, e.user_id, c.definitions,
    c.kind, c.effect, c.value, c.currency, c.order_id,
    case
        when f.key is null or f.key = c.key then 1
        when f.value is not distinct from (c.value) and f.currency is not distinct from (c.currency)
        then 2
        else 3
    end::smallint as standing,
    coalesce('u:' || e.user_id, 'a:' || e.anonymous_id) collate "C" as person,
    coalesce(c.problem, 4) <> 4 as is_unreadable
from conversions c
join events e on (e.key = c.key)
left join lateral (
    select o.key, o.value, o.currency from conversions o
    where c.by_order and o.by_order and o.kind = c.kind and o.effect = c.effect
        and o.order_id = c.order_id
    order by o.key
    limit 1
) f on true;
