-- A submission as it is shown. $1 tenant, $2 unit, $3 period.
SELECT s.submission_id, s.unit_id, coalesce(u.name, ''), s.period, s.state, s.records,
       s.amount::text, s.findings_open, s.checked_at, s.closed_at, s.version,
       coalesce(v.amount::text, ''), s.until_on
FROM submission s
LEFT JOIN org_unit u ON u.tenant_id = $1 AND u.unit_id = s.unit_id
LEFT JOIN submission_version v ON v.tenant_id = $1 AND v.submission_id = s.submission_id
                              AND v.version = s.version - 1
WHERE s.tenant_id = $1 AND s.unit_id = $2 AND s.period = $3
