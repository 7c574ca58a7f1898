-- Plan versions as goals told them, one row for each asked for, in their order; NULL where it is not
-- known. $1 tenant, $2 plans, $3 versions.
SELECT v.body, coalesce(u.name, '')
FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS asked (plan_id, version, place)
LEFT JOIN plan_version AS v
    ON v.tenant_id = $1 AND v.plan_id = asked.plan_id AND v.version = asked.version
LEFT JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = v.unit_id
ORDER BY asked.place;
