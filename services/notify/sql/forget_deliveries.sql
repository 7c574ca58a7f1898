-- $1 tenant, $2 before, $3 at most
DELETE FROM delivery WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM delivery
    WHERE tenant_id = $1 AND at < $2 AND state IN ('sent', 'failed') LIMIT $3)
