-- A round that there is something to do for: it is being closed, or closes itself and nobody is asked
-- for anything any more, nor waits for approval. $1 tenant.
SELECT round_id, state FROM round o
WHERE tenant_id = $1
  AND (state = 3 OR state = 2 AND closes_itself AND NOT EXISTS (
      SELECT FROM assignment a WHERE a.tenant_id = $1 AND a.round_id = o.round_id AND a.state IN (1, 2)))
ORDER BY round_id LIMIT 1 FOR UPDATE SKIP LOCKED
