-- What descriptions and lists tell without reading all that they tell of, and what finds rejected rows
-- that are kept no longer.

-- Of a version all but what it says and what its trial found, as `sextant.ingest.v1.Definition`; null
-- for those that nobody has written since there is this.
alter table definition_versions add column head bytea;

-- How long rejected rows are kept counts from here.
create index rejected_rows_age_idx on rejected_rows (greatest(rejected_at, settled_at));
