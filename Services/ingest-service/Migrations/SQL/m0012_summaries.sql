-- What descriptions and lists tell without reading all that they tell of, and what finds rejected rows
-- that are kept no longer.

-- Of a version all but what it says and what its trial found, as `sextant.ingest.v1.Definition`; null
-- for those that nobody has written since there is this.
alter table definition_versions add column head bytea;
