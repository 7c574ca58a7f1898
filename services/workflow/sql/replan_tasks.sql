-- Deadlines set anew. $1 tenant; arrays: $2 tasks, $3 due, $4 and $5 why then.
UPDATE task t SET due_at = n.due_at, due_reason_zh = n.why_zh, due_reason_en = n.why_en
FROM unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::text[])
     AS n (task_id, due_at, why_zh, why_en)
WHERE t.tenant_id = $1 AND t.task_id = n.task_id
