-- How well a model of the same configuration predicts what it has not seen, as it was found out last: as
-- `sextant.mix_model.v1.CrossValidation`.
alter table mix_models add column cross_validation bytea;
