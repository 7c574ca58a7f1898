-- Stops a run; rows that were written stay (good-rows mode takes them as they come). Not once an
-- all-or-nothing file is being written. $1 tenant, $2 run, $3 now.
WITH stopped AS (
    DELETE FROM reading WHERE tenant_id = $1 AND run_id = $2
       AND (NOT all_or_nothing OR pass = 1) AND pass < 3
    RETURNING run_id
), dropped AS (
    DELETE FROM piece p USING stopped s WHERE p.tenant_id = $1 AND p.run_id = s.run_id
)
UPDATE run r SET state = 5, finished_at = $3,
                 problem = 'cancelled; rows already taken stay'
FROM stopped s WHERE r.tenant_id = $1 AND r.run_id = s.run_id
RETURNING r.run_id
