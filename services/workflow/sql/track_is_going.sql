-- Is there a case of the track that has not ended? $1 tenant, $2 cycle, $3 track.
SELECT EXISTS (SELECT FROM process_case
               WHERE tenant_id = $1 AND cycle_id = $2 AND track = $3 AND state = 1)
