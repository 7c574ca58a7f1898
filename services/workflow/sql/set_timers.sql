-- $1 tenant; arrays: $2 tasks, $3 kinds, $4 steps, $5 due.
INSERT INTO timer (tenant_id, task_id, kind, step, due_at)
SELECT $1::bigint, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[])
