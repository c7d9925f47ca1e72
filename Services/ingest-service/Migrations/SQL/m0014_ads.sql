-- Which of several ads brought a visitor, as a tag of the address or the sender calls it; null for events
-- that were stored before this was kept.
alter table events add column ad text;

-- As before, and the ad.
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
    coalesce('u:' || user_id, 'a:' || anonymous_id) collate "C" as person, ad
from events;
