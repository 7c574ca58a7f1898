-- Until the commit nobody else changes what these owners' objectives come to.
-- $1 tenant, each parallel: $2 owners' kinds, $3 owners, $4 periods
INSERT INTO okr_result (tenant_id, owner_kind, owner_id, period, version)
SELECT $1, w.kind, w.owner_id, w.period, 0
FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS w (kind, owner_id, period)
ORDER BY w.kind, w.owner_id, w.period
ON CONFLICT (tenant_id, owner_kind, owner_id, period) DO UPDATE SET version = okr_result.version
