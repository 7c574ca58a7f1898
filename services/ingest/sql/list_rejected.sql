-- $1 tenant, $2 run, $3 after this line, $4 limit. (A push counts its lines from 0.)
SELECT line, column_name, value, reason, reason_zh FROM rejected
WHERE tenant_id = $1 AND run_id = $2 AND line > $3
ORDER BY line LIMIT $4
