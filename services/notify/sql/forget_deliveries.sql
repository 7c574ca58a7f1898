-- With their attempts. $1 tenant, $2 before, $3 at most
WITH gone AS (
    DELETE FROM delivery WHERE (tenant_id, id) IN (
        SELECT tenant_id, id FROM delivery
        WHERE tenant_id = $1 AND at < $2 AND state IN ('sent', 'failed', 'dropped')
        ORDER BY id LIMIT $3)
    RETURNING id
), attempts AS (
    DELETE FROM attempt a USING gone WHERE a.tenant_id = $1 AND a.delivery_id = gone.id
)
SELECT id FROM gone
