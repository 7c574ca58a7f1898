-- Rejected rows of a run. $1 tenant, $2 run, $3 lines, $4 columns, $5 values, $6 reasons, $7 in Chinese.
INSERT INTO rejected (tenant_id, run_id, line, column_name, value, reason, reason_zh)
SELECT $1::bigint, $2::bigint, * FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[],
                                               $7::text[]) t
ON CONFLICT (tenant_id, run_id, line) DO NOTHING
