-- Measures that are formulas, and conditions in rules: what they read beside the totals of the period.
ALTER TABLE measure
    ADD COLUMN is_formula   boolean NOT NULL DEFAULT false,
    ADD COLUMN looks_back   boolean NOT NULL DEFAULT false, -- previous(), last_year()
    ADD COLUMN counts_heads boolean NOT NULL DEFAULT false; -- headcount()
ALTER TABLE plan_version ADD COLUMN looks_back boolean NOT NULL DEFAULT false;
