-- The newest, oldest first. $1 tenant, $2 delivery, $3 how many
SELECT number, at, duration_us, outcome, answer, provider
FROM (SELECT * FROM attempt WHERE tenant_id = $1 AND delivery_id = $2 ORDER BY id DESC LIMIT $3) a
ORDER BY id
