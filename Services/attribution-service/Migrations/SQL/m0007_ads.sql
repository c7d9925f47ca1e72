-- Which of several ads a place is, as ingest says of events; a place is told from all others by this too.
alter table touch_places add column ad text;
alter table touch_places drop column digest;
alter table touch_places add column digest uuid not null generated always as (
    md5(
        coalesce(channel::text, '') || e'\x1f' || coalesce(source, e'\x1e') || e'\x1f'
        || coalesce(medium, e'\x1e') || e'\x1f' || coalesce(campaign, e'\x1e') || e'\x1f'
        || coalesce((confidence * 1000000)::integer::text, '') || e'\x1f' || coalesce(ad, e'\x1e')
    )::uuid
) stored;
alter table touch_places add constraint touch_places_digest_key unique (digest);
