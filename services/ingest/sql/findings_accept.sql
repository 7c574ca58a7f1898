-- The next level accepts what was declared. $1 tenant, $2 submission, $3 findings, $4 person, $5 now.
UPDATE finding SET state = 3, accepted_by = $4, accepted_at = $5, refusal = ''
WHERE tenant_id = $1 AND submission_id = $2 AND finding_id = ANY ($3::bigint[])
