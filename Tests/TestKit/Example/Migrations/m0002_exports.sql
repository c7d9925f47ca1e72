-- The exports of the example: what its jobs copy.

create table exports (
    job uuid not null,
    title text not null,
    items bigint not null,
    constraint exports_pkey primary key (job),
    constraint exports_title_check check (char_length(title) between 1 and 50)
);

-- A part that were copied twice would be refused.
create table export_items (
    job uuid not null,
    number bigint not null,
    title text not null,
    constraint export_items_pkey primary key (job, number)
);
