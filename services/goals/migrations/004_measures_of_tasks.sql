-- Measures are made of sales, or of decided tasks.
ALTER TABLE measure ADD COLUMN made_of smallint NOT NULL DEFAULT 0; -- dacheng.goals.v1.MeasureOf
