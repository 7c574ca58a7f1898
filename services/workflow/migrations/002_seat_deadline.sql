-- The deadline that a seat was decided under. A task's own may be another one by then: in a sequence
-- each seat has its turn, and the stage's time from there on. NULL: the task's (not decided, or
-- decided before there was this column).
ALTER TABLE seat ADD COLUMN due_at timestamptz;
