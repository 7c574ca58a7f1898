-- The grade table and the distribution of a plan's version, as they were saved.
ALTER TABLE plan_version ADD COLUMN grading bytea; -- dacheng.goals.v1.Plan with nothing else; NULL = none
