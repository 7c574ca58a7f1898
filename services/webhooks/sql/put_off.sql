-- Another time, or (parked) not without being asked. $1 tenant, $2 webhook, $3 delivery, $4 holder,
-- $5 answer, $6 now, $7 due, $8 parked
WITH later AS (
    UPDATE delivery SET holder = '', due_at = $7, parked = $8, answer = $5
    WHERE tenant_id = $1 AND webhook_id = $2 AND id = $3 AND holder = $4
)
UPDATE webhook SET last_answer = $5, last_at = $6 WHERE tenant_id = $1 AND id = $2
