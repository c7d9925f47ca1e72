-- Budget plans that somebody has kept.

create table budget_plans (
    name text not null,
    note text not null,
    -- As `sextant.mix_model.v1.SavePlanRequest`, with the model that was taken.
    request bytea not null,
    -- As `sextant.mix_model.v1.BudgetPlan`.
    plan bytea not null,
    actor text not null,
    created_at timestamptz not null,
    constraint budget_plans_pkey primary key (name)
);
