-- Do the caller's roots cover a unit? $1 tenant, $2 unit, $3 roots of trees, $4 single units.
SELECT $2::bigint = ANY ($4::bigint[]) OR EXISTS (
    SELECT FROM org_unit_tree t
    WHERE t.tenant_id = $1 AND t.unit_id = $2 AND t.ancestor_id = ANY ($3::bigint[]))
