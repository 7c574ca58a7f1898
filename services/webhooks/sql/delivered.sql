-- An answer that accepts. $1 tenant, $2 webhook, $3 delivery, $4 holder, $5 answer, $6 now
WITH gone AS (
    DELETE FROM delivery WHERE tenant_id = $1 AND webhook_id = $2 AND id = $3 AND holder = $4
    RETURNING id
)
UPDATE webhook SET delivered = delivered + (SELECT count(*) FROM gone), last_answer = $5, last_at = $6
WHERE tenant_id = $1 AND id = $2
