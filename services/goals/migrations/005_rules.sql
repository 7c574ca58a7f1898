-- The rules beside the ratio. A ratio stays in its columns, where the release before reads it; of every
-- other rule these are NULL and the item stands here as it was saved. A veto has the weight 0.
ALTER TABLE plan_item
    ADD COLUMN rule bytea, -- dacheng.goals.v1.PlanItem; NULL = a ratio
    ALTER COLUMN full_marks DROP NOT NULL,
    ALTER COLUMN lower DROP NOT NULL,
    ALTER COLUMN cap DROP NOT NULL,
    ALTER COLUMN lower_is_better DROP NOT NULL,
    ALTER COLUMN decimals DROP NOT NULL,
    DROP CONSTRAINT plan_item_weight_check,
    ADD CONSTRAINT plan_item_weight_check CHECK (weight > 0 OR (weight = 0 AND rule IS NOT NULL));
