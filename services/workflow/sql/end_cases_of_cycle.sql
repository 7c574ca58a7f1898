-- Ends what is left of a cancelled cycle, and answers it. $1 tenant, $2 cycle, $3 now.
UPDATE process_case SET state = 3, ended_at = $3, outcome = 'cancelled'
WHERE tenant_id = $1 AND cycle_id = $2 AND state = 1
RETURNING case_id, subject_kind, subject_id, track, reference
