-- The units in which people have or had posts are to be computed, where the primary indicator is a
-- formula and one counts heads: how many people they have may change.
-- $1 tenant, $2 people.
INSERT INTO dirty (tenant_id, period, wide, units)
SELECT $1, '', false, array_agg(DISTINCT unit_id)
FROM org_post
WHERE tenant_id = $1 AND person_id = ANY ($2::bigint[])
  AND EXISTS (SELECT FROM measure WHERE tenant_id = $1 AND counts_heads)
  AND EXISTS (SELECT FROM indicator AS i JOIN measure AS m USING (tenant_id, measure_id)
              WHERE i.tenant_id = $1 AND i.is_primary AND m.is_formula)
HAVING count(*) > 0;
