-- Failed ones begin anew. $1 tenant, $2 ids, $3 now, $4 all of them, $5 of this channel (0 = any)
UPDATE delivery SET state = 'queued', attempts = 0, due_at = $3
WHERE tenant_id = $1 AND state = 'failed' AND ($4 OR id = ANY ($2::bigint[]))
  AND ($5 = 0 OR channel = $5)
