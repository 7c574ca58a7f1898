-- A plan version as goals told it. $1 tenant, $2 plan, $3 version.
SELECT v.body, coalesce(u.name, '')
FROM plan_version AS v
LEFT JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = v.unit_id
WHERE v.tenant_id = $1 AND v.plan_id = $2 AND v.version = $3;
