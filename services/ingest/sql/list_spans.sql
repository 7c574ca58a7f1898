-- Everything that is counted over days of its own. $1 tenant.
SELECT span_id, from_on, to_on, built_on, built_id, whole, touched_at
FROM span WHERE tenant_id = $1 ORDER BY span_id
