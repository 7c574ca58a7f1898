-- The items of some schemes. $1 tenant, $2 schemes.
SELECT scheme_id, indicator_ids, plan_ids, plan_versions
FROM scheme WHERE tenant_id = $1 AND scheme_id = ANY ($2::bigint[]);
