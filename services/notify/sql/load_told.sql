-- What deliveries tell of, moot ones left out. $1 tenant, arrays: $2 deliveries, $3 their notices
-- (each as often as it is told)
SELECT u.delivery_id, n.template, n.params::text, n.at
FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS u (delivery_id, notice_id, place)
JOIN notice n ON n.tenant_id = $1 AND n.id = u.notice_id
WHERE NOT n.moot
ORDER BY u.place
