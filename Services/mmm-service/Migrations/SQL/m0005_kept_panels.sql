-- Whether somebody has kept a panel: what refreshes alone have kept goes with their models. Of panels
-- that were kept before nobody knows, so they stay.
alter table mix_panels add column is_kept boolean not null default true;
