-- $1 tenant, $2 targets
DELETE FROM target_segment WHERE tenant_id = $1 AND target_id = ANY ($2::bigint[])
