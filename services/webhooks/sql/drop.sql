-- Forgets parked deliveries. $1 tenant, $2 webhook, $3 key ('' = all)
DELETE FROM delivery WHERE tenant_id = $1 AND webhook_id = $2 AND parked AND ($3::text = '' OR key = $3)
