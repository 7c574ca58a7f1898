-- Acts are looked up by what they were about.
CREATE INDEX adjustment_sheet ON adjustment (tenant_id, indicator_id, period, adjustment_id);
