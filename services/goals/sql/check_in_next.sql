-- When to look again at objectives that are looked at now; those of which it is said are not any more.
-- $1 tenant, each parallel: $2 objectives, $3 over, $4 times, $5 owner reminded on, $6 manager told on
-- (1900-01-01 = never)
WITH wanted AS (
    SELECT * FROM unnest($2::bigint[], $3::boolean[], $4::timestamptz[], $5::date[], $6::date[])
        AS w (objective_id, over, due_at, reminded_on, manager_on)
), gone AS (
    DELETE FROM check_in_timer t USING wanted w
    WHERE t.tenant_id = $1 AND t.objective_id = w.objective_id AND w.over
)
UPDATE check_in_timer t
SET due_at = w.due_at, reminded_on = nullif(w.reminded_on, '1900-01-01'),
    manager_on = nullif(w.manager_on, '1900-01-01')
FROM wanted w
WHERE t.tenant_id = $1 AND t.objective_id = w.objective_id AND NOT w.over
