-- The plan's row, kept for us until the commit.
-- $1 tenant, $2 plan
SELECT code, version FROM plan WHERE tenant_id = $1 AND plan_id = $2 FOR UPDATE
