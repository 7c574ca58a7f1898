-- How far a span is built; when it is whole its owners are to be told. $1 tenant, $2 span, $3 day,
-- $4 record, $5 whole.
WITH told AS (
    INSERT INTO untold (tenant_id, owner_kind, owner_id, period)
    SELECT tenant_id, owner_kind, owner_id, period FROM span_owner
    WHERE tenant_id = $1 AND span_id = $2::integer AND $5
    ON CONFLICT (tenant_id, owner_kind, owner_id, period) DO NOTHING
)
UPDATE span SET built_on = $3::date, built_id = $4, whole = $5
WHERE tenant_id = $1 AND span_id = $2::integer
