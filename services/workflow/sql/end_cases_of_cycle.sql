-- Ends what is left of a cancelled cycle. $1 tenant, $2 cycle, $3 now.
UPDATE process_case SET ended = true, ended_at = $3, outcome = 'cancelled'
WHERE tenant_id = $1 AND cycle_id = $2 AND NOT ended
