-- The webhooks that something is due for, locked; those that another replica looks at are left out.
-- $1 tenant, $2 now
SELECT w.id, w.breaker, w.faults, w.openings, w.since, w.until
FROM webhook w
WHERE w.tenant_id = $1 AND w.state = 1
  AND EXISTS (SELECT 1 FROM delivery d WHERE d.tenant_id = $1 AND d.webhook_id = w.id
              AND NOT d.parked AND d.due_at <= $2)
ORDER BY w.id
FOR NO KEY UPDATE SKIP LOCKED
