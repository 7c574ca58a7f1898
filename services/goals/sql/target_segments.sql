-- The segments of targets that are cut, in the order of targets and days.
-- $1 tenant, $2 targets
SELECT target_id, from_on, to_on, value, floor, stretch
FROM target_segment
WHERE tenant_id = $1 AND target_id = ANY ($2::bigint[])
ORDER BY target_id, from_on
