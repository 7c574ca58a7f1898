-- Failed ones begin anew. $1 tenant, $2 ids, $3 now
UPDATE delivery SET state = 'queued', attempts = 0, due_at = $3
WHERE tenant_id = $1 AND id = ANY ($2::bigint[]) AND state = 'failed'
