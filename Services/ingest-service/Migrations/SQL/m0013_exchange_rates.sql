-- What a unit of one currency was worth in another on a day, as it was given: whoever converts takes
-- the latest of the seven days up to a day, as `ingest_v1_reporting_rates` does.
create view ingest_v1_exchange_rates as
select day, base, quote, rate, commit_id from exchange_rates;
