-- What everybody is scored by in a period, without the stored scores. $1 tenant, $2 period, $3 with
-- floors and stretches (-1 = none).
SELECT coalesce(a.owner_id, t.owner_id), a.measure_ids, a.numerators, a.denominators,
       t.indicator_ids, t."values",
       CASE WHEN $3 THEN array_replace(t.floors, NULL, -1) END,
       CASE WHEN $3 THEN array_replace(t.stretches, NULL, -1) END
FROM (SELECT owner_id, measure_ids, numerators, denominators FROM actual
      WHERE tenant_id = $1 AND period = $2 AND owner_kind = 2) AS a
FULL JOIN (SELECT owner_id, indicator_ids, "values", floors, stretches FROM target
           WHERE tenant_id = $1 AND period = $2 AND owner_kind = 2) AS t USING (owner_id);
