-- $1 tenant, $2 draft
DELETE FROM draft WHERE tenant_id = $1 AND draft_id = $2
