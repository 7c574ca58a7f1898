-- Stops a webhook and forgets what waits. $1 tenant, $2 ids, $3 reason
WITH stopped AS (
    UPDATE webhook SET state = 3, reason = $3, version = version + 1
    WHERE tenant_id = $1 AND id = ANY ($2::bigint[]) AND state <> 3
    RETURNING id
), forgotten AS (
    DELETE FROM delivery d USING stopped s WHERE d.tenant_id = $1 AND d.webhook_id = s.id
)
SELECT id FROM stopped
