-- Takes away what was planned from a day on; the new state replaces it.
-- $1 tenant, arrays: $2 units, $3 days
DELETE FROM unit_state s
USING unnest($2::bigint[], $3::date[]) AS d (unit_id, day)
WHERE s.tenant_id = $1 AND s.unit_id = d.unit_id AND s.valid_from >= d.day
