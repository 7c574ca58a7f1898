-- All plan versions of a tenant. $1 tenant.
SELECT plan_id, version, effective_from, retired, position, unit_id, person_id, missing_policy,
       total_decimals, name,
       CASE WHEN graded THEN body END
FROM plan_version WHERE tenant_id = $1 ORDER BY plan_id, version;
