-- Takes the sheet of an indicator and a period for ourselves until the commit: whoever changes one
-- of its targets comes through here.
-- $1 tenant, $2 indicator, $3 period
INSERT INTO sheet (tenant_id, indicator_id, period, adjustments)
VALUES ($1, $2, $3, 1)
ON CONFLICT (tenant_id, indicator_id, period) DO UPDATE SET adjustments = sheet.adjustments + 1
