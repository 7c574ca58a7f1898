-- The people whose tasks are handed over next: those who are as far, for the same reason. No other
-- replica has them in hand. $1 tenant.
WITH next AS MATERIALIZED (
    SELECT after_id, anew, by_person_id, reason FROM hand_over WHERE tenant_id = $1
    ORDER BY after_id, person_id LIMIT 1 FOR UPDATE SKIP LOCKED
)
SELECT h.person_id, h.after_id, h.anew, h.by_person_id, h.reason
FROM hand_over h JOIN next n USING (after_id, anew, by_person_id, reason)
WHERE h.tenant_id = $1
ORDER BY h.person_id LIMIT 100
FOR UPDATE OF h SKIP LOCKED
