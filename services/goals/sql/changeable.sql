-- Of some owners the numbers of those whose targets the caller may change: those in units that he
-- supervises; and strictly below the units that he heads, himself excepted.
-- $1 tenant; of the owners: $2 kinds, $3 ids, $4 units above (0 = none), $5 numbers; supervised: $6 trees,
-- $7 single units; headed: $8 trees, $9 single units, $10 everything; $11 the caller's person
WITH supervised AS (
    SELECT unit_id FROM org_unit_tree WHERE tenant_id = $1 AND ancestor_id = ANY ($6::bigint[])
    UNION
    SELECT unnest($7::bigint[])
), headed AS (
    SELECT unit_id FROM org_unit_tree WHERE tenant_id = $1 AND ancestor_id = ANY ($8::bigint[])
    UNION
    SELECT unnest($9::bigint[])
)
SELECT o.at
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS o (kind, id, above, at)
WHERE CASE o.kind WHEN 1 THEN o.id ELSE o.above END IN (SELECT unit_id FROM supervised)
   OR (o.above <> 0 AND ($10 OR o.above IN (SELECT unit_id FROM headed))
       AND CASE o.kind WHEN 1 THEN $10 OR o.id IN (SELECT unit_id FROM headed)
                       ELSE o.id <> $11 END)
