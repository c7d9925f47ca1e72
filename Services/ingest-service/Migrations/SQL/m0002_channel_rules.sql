-- The rules that map traffic to channels: every version that was ever in force.

create table channel_rules (
    version bigint not null,
    -- The tenant's own rules, as `sextant.ingest.v1.PutRulesRequest` has them.
    rules bytea not null,
    has_default_group boolean not null,
    reason text not null,
    actor text not null,
    created_at timestamptz not null,
    constraint channel_rules_pkey primary key (version),
    constraint channel_rules_version_check check (version > 0),
    constraint channel_rules_reason_check check (char_length(reason) between 1 and 500)
);
