-- Targets stay where they are although their owners moved. $1 tenant, $2 targets and $3 units side by side,
-- $4 reason, $5 author, $6 person, $7 now
INSERT INTO move_stay AS s (tenant_id, target_id, unit_id, reason, author, author_person_id, at)
SELECT $1::bigint, t.target_id, t.unit_id, $4, $5, $6::bigint, $7::timestamptz
FROM unnest($2::bigint[], $3::bigint[]) AS t (target_id, unit_id)
ON CONFLICT (tenant_id, target_id, unit_id) DO UPDATE
SET reason = excluded.reason, author = excluded.author,
    author_person_id = excluded.author_person_id, at = excluded.at
