-- Holds an objection until the commit. $1 tenant, $2 objection.
SELECT state, person_id, period, indicator_id, correction
FROM objection WHERE tenant_id = $1 AND objection_id = $2 FOR UPDATE;
