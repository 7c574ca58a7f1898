-- The rules beside the ratio. A ratio stays in its columns, where the release before reads it; of every
-- other rule these are NULL and the item stands here as goals told it.
ALTER TABLE plan_item
    ADD COLUMN rule bytea, -- dacheng.goals.v1.PlanItem; NULL = a ratio
    ALTER COLUMN full_marks DROP NOT NULL,
    ALTER COLUMN lower DROP NOT NULL,
    ALTER COLUMN cap DROP NOT NULL,
    ALTER COLUMN lower_is_better DROP NOT NULL;
