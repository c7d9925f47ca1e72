-- Mapping history anew makes an event one of the commit that changed it. What asks which commit
-- brought it, as whoever deletes does, still has to be told.

-- Null if it is the commit that the event is of.
alter table events add column brought_by bigint;
