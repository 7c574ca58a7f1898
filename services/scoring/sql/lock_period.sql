-- Holds the results of a period: one opening or publishing at a time. 1: the period has scores.
-- $1 tenant, $2 period.
SELECT 1 FROM period WHERE tenant_id = $1 AND period = $2 FOR UPDATE;
