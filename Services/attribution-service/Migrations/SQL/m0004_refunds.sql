-- What was looked at of a person's orders, by whomever it was said: how many conversions, refunds and
-- cancellations, and when the first and the last of them were. Whose are fewer now was touched by a
-- deletion.
alter table timelines add column order_events integer not null default 0;
alter table timelines add column orders_first_at timestamptz;
alter table timelines add column orders_last_at timestamptz;

-- Refunds in other currencies, and what is over of refunds, are kept: all timelines are made anew, as by
-- another touch rule.
update timeline_head set touch_rule = 0;
