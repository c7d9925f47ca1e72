-- The items of the example.

-- One row, counted up in every transaction that makes an item: its number is the item's. The row is
-- locked until commit, so that items become visible in the order of their numbers, and whoever
-- follows them asks for what is above the last number that it has seen.
create table item_head (
    id boolean not null default true,
    last bigint not null,
    constraint item_head_pkey primary key (id),
    constraint item_head_one_check check (id)
);

insert into item_head (last) values (0);

create table items (
    number bigint not null,
    title text not null,
    created_at timestamptz not null,
    constraint items_pkey primary key (number),
    constraint items_title_check check (char_length(title) between 1 and 200)
);
