-- Order ids that more events have than an order can: something like 'undefined'. They are none, and each
-- of their conversions stands for itself.
create table overused_orders (
    order_id text not null,
    constraint overused_orders_pkey primary key (order_id)
);

-- Refunds and cancellations have times, and refunds without a conversion are kept: all timelines are
-- made anew, as by another touch rule.
update timeline_head set touch_rule = 0;
