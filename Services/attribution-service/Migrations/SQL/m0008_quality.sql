-- What ingest said of the data that a run looked at, as `sextant.attribution.v1.DataQuality`.
alter table attribution_runs add column data_quality bytea;
