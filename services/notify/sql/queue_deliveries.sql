-- Queues mail for notices whose people want mail. Somebody not known yet is queued too: his
-- address may have come by the time of sending. $1 tenant, $2 template, $3 now, arrays: $4 notices,
-- $5 people
INSERT INTO delivery (tenant_id, id, person_id, template, state, due_at, at)
SELECT $1, n.id, n.person_id, $2, 'queued', $3, $3
FROM unnest($4::bigint[], $5::bigint[]) AS n (id, person_id)
LEFT JOIN preference f ON f.tenant_id = $1 AND f.person_id = n.person_id
LEFT JOIN org_person p ON p.tenant_id = $1 AND p.person_id = n.person_id
WHERE coalesce(f.mail, true) AND coalesce(p.email, '?') <> ''
ON CONFLICT (tenant_id, id) DO NOTHING
