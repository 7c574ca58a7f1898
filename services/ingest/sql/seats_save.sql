-- What is shown of decided seats. $1 tenant; side by side: $2 tasks, $3 seats, $4 packed records.
INSERT INTO task_seat (tenant_id, task_id, seat, body)
SELECT $1::bigint, w.* FROM unnest($2::bigint[], $3::bigint[], $4::bytea[]) AS w
ON CONFLICT (tenant_id, task_id, seat) DO UPDATE SET body = excluded.body
