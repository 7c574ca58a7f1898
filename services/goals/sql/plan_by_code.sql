-- Who has a code already.
-- $1 tenant, $2 code
SELECT plan_id FROM plan WHERE tenant_id = $1 AND code = $2
