-- A director says why. $1 tenant, $2 submission, $3 findings, $4 reason, $5 person, $6 now.
UPDATE finding SET state = 2, reason = $4, declared_by = $5, declared_at = $6, refusal = '',
                   deviation = abs(amount - expected)
WHERE tenant_id = $1 AND submission_id = $2 AND finding_id = ANY ($3::bigint[])
