-- A message to oneself, at once, unless too many were asked for lately. $1 tenant, $2 person,
-- $3 channel, $4 notice, $5 now, $6 since, $7 at most
INSERT INTO delivery (tenant_id, person_id, channel, template, state, due_at, at, notices)
SELECT $1, $2, $3, 'test', 'queued', $5, $5, ARRAY[$4::bigint]
WHERE (SELECT count(*) FROM delivery d
       WHERE d.tenant_id = $1 AND d.person_id = $2 AND d.template = 'test' AND d.at > $6) < $7
RETURNING id
