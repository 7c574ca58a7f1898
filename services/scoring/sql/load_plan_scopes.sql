-- Whom the versions of a plan are or were for. $1 tenant, $2 plan.
SELECT DISTINCT unit_id, person_id FROM plan_version WHERE tenant_id = $1 AND plan_id = $2;
