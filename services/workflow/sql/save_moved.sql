-- People to look at, if they hold or own something, the earlier of two times. $1 tenant, arrays:
-- $2 people, $3 when.
INSERT INTO moved (tenant_id, person_id, look_at)
SELECT $1::bigint, m.person_id, m.look_at
FROM unnest($2::bigint[], $3::timestamptz[]) AS m (person_id, look_at)
ON CONFLICT (tenant_id, person_id) DO UPDATE SET look_at = least(moved.look_at, excluded.look_at)
