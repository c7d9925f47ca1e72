-- What models say, as it was computed when it was first asked for: as `sextant.mix_model.v1.StoredResults`.
-- Those of another form than the program's are computed anew.
alter table mix_models
    add column results_form integer,
    add column results bytea,
    add constraint mix_models_results_check check ((results is null) = (results_form is null));
