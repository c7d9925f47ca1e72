-- How sure the channel of a place is, as ingest says of events; null if they name it themselves. A place
-- is told from all others by this too.
alter table touch_places add column confidence real;
alter table touch_places drop column digest;
alter table touch_places add column digest uuid not null generated always as (
    md5(
        coalesce(channel::text, '') || e'\x1f' || coalesce(source, e'\x1e') || e'\x1f'
        || coalesce(medium, e'\x1e') || e'\x1f' || coalesce(campaign, e'\x1e') || e'\x1f'
        || coalesce((confidence * 1000000)::integer::text, '')
    )::uuid
) stored;
alter table touch_places add constraint touch_places_digest_key unique (digest);

-- All timelines are made anew, as by another touch rule; places that nobody has then go.
update timeline_head set touch_rule = 0, has_unused_places = true;
