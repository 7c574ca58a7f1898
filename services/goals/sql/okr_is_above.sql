-- Is the unit the other one, or above it? $1 tenant, $2 upper, $3 lower
SELECT EXISTS (SELECT FROM org_unit_tree t
               WHERE t.tenant_id = $1 AND t.ancestor_id = $2 AND t.unit_id = $3)
