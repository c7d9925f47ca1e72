-- Models of several outcomes are drawn together: the first has the training and the draws.

alter table mix_models add column leader_id uuid;
alter table mix_models add constraint mix_models_leader_fkey
    foreign key (leader_id) references mix_models (model_id) on delete cascade;
create index mix_models_leader_idx on mix_models (leader_id) where leader_id is not null;
