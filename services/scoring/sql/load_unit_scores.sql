-- Stored roll-ups: of some units and of the children of some. $1 tenant, $2 period, $3 units and
-- $4 parents; both NULL = all.
SELECT unit_id, parent_id, actual, target, attainment, rank, people, total_sum, open_items,
       top_people, top_totals, inputs, version
FROM unit_score
WHERE tenant_id = $1 AND period = $2
  AND ($3::bigint[] IS NULL OR unit_id = ANY ($3::bigint[]) OR parent_id = ANY ($4::bigint[]));
