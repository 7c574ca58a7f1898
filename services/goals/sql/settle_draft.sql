-- A draft was carried out.
-- $1 tenant, $2 draft, $3 at, $4 adjustments
UPDATE draft SET state = 2, version = version + 1, carried_out_at = $3, adjustment_ids = $4
WHERE tenant_id = $1 AND draft_id = $2
