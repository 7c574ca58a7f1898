-- Parked deliveries are due again. $1 tenant, $2 webhook, $3 key ('' = all), $4 now
UPDATE delivery SET parked = false, attempts = 0, due_at = $4
WHERE tenant_id = $1 AND webhook_id = $2 AND parked AND ($3::text = '' OR key = $3)
