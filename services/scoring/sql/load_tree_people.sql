-- Who ever had a post in one of these units. $1 tenant, $2 units.
SELECT DISTINCT person_id FROM org_post WHERE tenant_id = $1 AND unit_id = ANY ($2::bigint[]);
