-- What waits, oldest first. $1 tenant, $2 webhook, $3 parked only, $4 how many
SELECT id, stream, type, key, epoch, partition::bigint, number, at, attempts::bigint, due_at, parked, answer
FROM delivery
WHERE tenant_id = $1 AND webhook_id = $2 AND (parked OR NOT $3)
ORDER BY id LIMIT $4
