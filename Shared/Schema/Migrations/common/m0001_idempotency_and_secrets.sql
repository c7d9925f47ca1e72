-- What every tenant has, whichever services it uses: the answers that a second try is given, and
-- the credentials that it has entrusted to us.

-- A key is claimed by an insert, so that a second try waits for the first one's transaction.
create table idempotency_keys (
    key text not null,
    fingerprint bytea not null,
    answer bytea not null,
    stored_at timestamptz not null,
    constraint idempotency_keys_pkey primary key (key),
    constraint idempotency_keys_key_check check (octet_length(key) between 1 and 128),
    constraint idempotency_keys_fingerprint_check check (octet_length(fingerprint) = 32),
    constraint idempotency_keys_answer_check check (octet_length(answer) <= 65536)
);

-- For pruning.
create index idempotency_keys_stored_at_idx on idempotency_keys (stored_at);

-- Sealed: nobody reads a secret here who has not the key-encryption key. Never exported.
create table secrets (
    name text not null,
    envelope bytea not null,
    key_id bigint not null,
    last_four text,
    set_at timestamptz not null,
    constraint secrets_pkey primary key (name),
    constraint secrets_name_check check (octet_length(name) between 1 and 63),
    constraint secrets_last_four_check check (octet_length(last_four) = 4)
);
