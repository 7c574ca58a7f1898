-- The next level does not accept it. $1 tenant, $2 submission, $3 findings, $4 why.
UPDATE finding SET state = 1, accepted_by = 0, accepted_at = NULL, refusal = $4
WHERE tenant_id = $1 AND submission_id = $2 AND finding_id = ANY ($3::bigint[])
