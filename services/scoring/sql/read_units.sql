-- Roll-ups of units with their names; of a period that was never computed only the names. $1 tenant,
-- $2 period, $3 units.
SELECT u.unit_id, u.name, u.code, coalesce(s.parent_id, u.parent_id, 0), s.actual, s.target,
       s.attainment, coalesce(s.rank, 0), coalesce(s.people, 0), coalesce(s.total_sum, 0),
       coalesce(s.open_items, 0), s.computed_at, s.top_people, s.top_totals, s.grade_codes,
       s.grade_people
FROM org_unit AS u
LEFT JOIN unit_score AS s ON s.tenant_id = $1 AND s.period = $2 AND s.unit_id = u.unit_id
WHERE u.tenant_id = $1 AND u.unit_id = ANY ($3::bigint[]);
