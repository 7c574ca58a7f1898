-- A webhook's breaker alone, locked. $1 tenant, $2 id
SELECT w.id, w.breaker, w.faults, w.openings, w.since, w.until
FROM webhook w WHERE w.tenant_id = $1 AND w.id = $2
FOR NO KEY UPDATE
