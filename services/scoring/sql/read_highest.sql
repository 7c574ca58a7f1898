-- The highest unit within reach: of the whole tenant the root. $1 tenant, $2 reaches all, $3 units.
SELECT u.unit_id
FROM org_unit AS u
WHERE u.tenant_id = $1
  AND CASE WHEN $2 THEN u.parent_id IS NULL ELSE u.unit_id = ANY ($3::bigint[]) END
ORDER BY (SELECT count(*) FROM org_unit_tree AS t
          WHERE t.tenant_id = $1 AND t.unit_id = u.unit_id), u.unit_id
LIMIT 1;
