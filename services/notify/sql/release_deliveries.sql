-- Gives back what was claimed and not tried. $1 tenant, $2 ids, $3 holder, $4 now
UPDATE delivery SET state = 'queued', attempts = attempts - 1, due_at = $4, holder = ''
WHERE tenant_id = $1 AND id = ANY ($2::bigint[]) AND state = 'sending' AND holder = $3
