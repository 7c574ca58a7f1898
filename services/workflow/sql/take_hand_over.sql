-- The people whose tasks are handed over next: those who are as far, for the same reason. No other
-- replica has them in hand. $1 tenant, $2 now.
WITH next AS MATERIALIZED (
    SELECT second_look, after_id, anew, by_person_id, reason FROM hand_over
    WHERE tenant_id = $1 AND not_before <= $2::timestamptz
    ORDER BY second_look, after_id, person_id LIMIT 1 FOR UPDATE SKIP LOCKED
)
SELECT h.person_id, h.after_id, h.anew, h.by_person_id, h.reason, h.second_look
FROM hand_over h JOIN next n USING (second_look, after_id, anew, by_person_id, reason)
WHERE h.tenant_id = $1 AND h.not_before <= $2
ORDER BY h.person_id LIMIT 100
FOR UPDATE OF h SKIP LOCKED
