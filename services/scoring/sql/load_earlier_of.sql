-- The same of some owners. $1 tenant, $2 period, $3 people, $4 units.
-- (LATERAL ... OFFSET 0: always by the index, also when the plan was made while the table was small.)
SELECT a.owner_kind, a.owner_id, a.measure_ids, a.numerators, a.denominators
FROM (SELECT 2 AS kind, unnest($3::bigint[]) AS id
      UNION ALL SELECT 1, unnest($4::bigint[])) AS w
CROSS JOIN LATERAL (
    SELECT * FROM actual
    WHERE tenant_id = $1 AND period = $2 AND owner_kind = w.kind AND owner_id = w.id
    OFFSET 0) AS a;
