-- The channels of a tenant: one dimension, whose numbers rows of all services carry.

-- One row: the last number given. Locked until commit, so that numbers have no gaps of others'.
create table channel_head (
    id boolean not null default true,
    last integer not null,
    constraint channel_head_pkey primary key (id),
    constraint channel_head_one_check check (id)
);

create table channels (
    number integer not null,
    slug text not null,
    label text not null,
    parent integer,
    aliases text[] not null default '{}',
    -- Which of the six colours of charts; 0 for the grey of all others.
    color smallint not null default 0,
    created_at timestamptz not null,
    constraint channels_pkey primary key (number),
    constraint channels_slug_key unique (slug),
    constraint channels_parent_fkey foreign key (parent) references channels (number),
    constraint channels_slug_check check (slug ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint channels_label_check check (char_length(label) between 1 and 100),
    constraint channels_aliases_check check (cardinality(aliases) <= 50),
    constraint channels_color_check check (color between 0 and 6)
);

-- Every slug and every alias once, so that a name means one channel.
create table channel_names (
    name text not null,
    channel integer not null,
    constraint channel_names_pkey primary key (name),
    constraint channel_names_channel_fkey foreign key (channel) references channels (number)
);

-- GA4's default channel group, in the order of its table.
insert into channels (number, slug, label, created_at) values
    (1, 'direct', 'Direct', now()),
    (2, 'cross_network', 'Cross-network', now()),
    (3, 'paid_shopping', 'Paid Shopping', now()),
    (4, 'paid_search', 'Paid Search', now()),
    (5, 'paid_social', 'Paid Social', now()),
    (6, 'paid_video', 'Paid Video', now()),
    (7, 'display', 'Display', now()),
    (8, 'paid_other', 'Paid Other', now()),
    (9, 'organic_shopping', 'Organic Shopping', now()),
    (10, 'organic_social', 'Organic Social', now()),
    (11, 'organic_video', 'Organic Video', now()),
    (12, 'organic_search', 'Organic Search', now()),
    (13, 'referral', 'Referral', now()),
    (14, 'email', 'Email', now()),
    (15, 'affiliates', 'Affiliates', now()),
    (16, 'audio', 'Audio', now()),
    (17, 'sms', 'SMS', now()),
    (18, 'mobile_push_notifications', 'Mobile Push Notifications', now()),
    (19, 'unassigned', 'Unassigned', now());

insert into channel_names (name, channel) select slug, number from channels;

insert into channel_head (last) values (19);
