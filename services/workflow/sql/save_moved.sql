-- People to look at: now if they hold or own something, or at a time to come. $1 tenant, $2 now;
-- arrays: $3 people, $4 when.
INSERT INTO moved (tenant_id, person_id, look_at)
SELECT DISTINCT $1::bigint, m.person_id, m.look_at
FROM unnest($3::bigint[], $4::timestamptz[]) AS m (person_id, look_at)
WHERE m.look_at > $2::timestamptz
   OR EXISTS (SELECT FROM seat s WHERE s.tenant_id = $1 AND s.holder_id = m.person_id
                AND s.state IN (1, 2))
   OR EXISTS (SELECT FROM seat s WHERE s.tenant_id = $1 AND s.owner_id = m.person_id
                AND s.state IN (1, 2))
ON CONFLICT DO NOTHING
