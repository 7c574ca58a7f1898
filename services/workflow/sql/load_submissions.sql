-- $1 tenant, arrays: $2 units, $3 periods.
SELECT s.unit_id, s.period, s.state, s.findings, s.missing_zh, s.missing_en
FROM submission s
WHERE s.tenant_id = $1 AND (s.unit_id, s.period) IN (SELECT * FROM unnest($2::bigint[], $3::text[]))
