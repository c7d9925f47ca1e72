-- Rows that could not be taken, of every kind, whole: so that they can be written again once what
-- was wrong is mended.

create table rejected_rows (
    number bigint not null generated always as identity,
    -- What it was to be: event, spend, kpi, …
    kind text not null,
    -- How the body is to be read: a protobuf message of a type, JSON, or a line of a file.
    form text not null,
    message_type text not null default '',
    body bytea not null,
    -- Why it was rejected, what is wrong in it, and how that is said in words.
    reason text not null,
    field text not null default '',
    description text not null,
    -- Where it came from, and its place there.
    source text not null default '',
    row_number bigint not null,
    byte_offset bigint not null default 0,
    -- What all rows of one call or file have.
    batch uuid not null,
    -- SHA-256 of the row and its place: a call that is made again brings no row twice.
    digest bytea not null,
    rejected_at timestamptz not null,
    state text not null default 'waiting',
    -- What became of it once it was replayed: accepted, corrected or duplicate.
    outcome text not null default '',
    replays integer not null default 0,
    settled_at timestamptz,
    constraint rejected_rows_pkey primary key (number),
    constraint rejected_rows_kind_check check (kind ~ '^[a-z][a-z_]{0,31}$'),
    constraint rejected_rows_form_check check (form in ('protobuf', 'json', 'line')),
    constraint rejected_rows_message_type_check check ((form = 'protobuf') = (message_type <> '')),
    constraint rejected_rows_body_check check (octet_length(body) <= 1048576),
    constraint rejected_rows_reason_check check (reason ~ '^[a-z][a-z_]{0,62}$'),
    constraint rejected_rows_field_check check (octet_length(field) <= 200),
    constraint rejected_rows_description_check check (char_length(description) <= 1000),
    constraint rejected_rows_source_check check (char_length(source) <= 200),
    constraint rejected_rows_place_check check (row_number >= 0 and byte_offset >= 0),
    constraint rejected_rows_digest_check check (octet_length(digest) = 32),
    constraint rejected_rows_state_check check (state in ('waiting', 'replayed', 'discarded')),
    constraint rejected_rows_outcome_check check ((state = 'replayed') = (outcome <> ''))
);

create unique index rejected_rows_digest_idx on rejected_rows (digest) where state = 'waiting';
-- What is replayed next, of a kind and a reason.
create index rejected_rows_waiting_idx on rejected_rows (kind, reason, number)
    where state = 'waiting';
-- What came together.
create index rejected_rows_batch_idx on rejected_rows (batch, number);
