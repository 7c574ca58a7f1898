-- $1 tenant, $2 ended before, $3 at most
DELETE FROM session WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM session WHERE tenant_id = $1 AND ended_at < $2 LIMIT $3)
