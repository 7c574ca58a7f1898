-- Tasks as they are now. $1 tenant; arrays: $2 tasks, $3 states, $4 decided at (infinity: not),
-- $5 outcomes, $6 versions, $7 guard versions, $8 overdue.
UPDATE task t
SET state = n.state, decided_at = nullif(n.decided_at, 'infinity'), outcome = n.outcome, version = n.version,
    guard_version = n.guard_version, overdue = n.overdue
FROM unnest($2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::bigint[], $7::bigint[],
            $8::boolean[])
     AS n (task_id, state, decided_at, outcome, version, guard_version, overdue)
WHERE t.tenant_id = $1 AND t.task_id = n.task_id
