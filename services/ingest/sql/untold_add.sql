-- Owners and periods to be told later. $1 tenant, $2 kinds, $3 owners, $4 periods.
INSERT INTO untold (tenant_id, owner_kind, owner_id, period)
SELECT $1::bigint, w.kind::smallint, w.id, w.period
FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS w (kind, id, period)
ON CONFLICT (tenant_id, owner_kind, owner_id, period) DO NOTHING
