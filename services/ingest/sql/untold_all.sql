-- New measures are to be told to everybody who has any total or a segment. $1 tenant, $2 measures.
WITH marked AS (
    UPDATE measure SET told = true WHERE tenant_id = $1 AND measure_id = ANY ($2::bigint[])
)
INSERT INTO untold (tenant_id, owner_kind, owner_id, period)
SELECT tenant_id, owner_kind, owner_id, period FROM total WHERE tenant_id = $1
UNION
SELECT tenant_id, owner_kind, owner_id, period FROM span_owner WHERE tenant_id = $1
ON CONFLICT (tenant_id, owner_kind, owner_id, period) DO NOTHING
