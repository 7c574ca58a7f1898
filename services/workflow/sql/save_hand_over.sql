-- Tasks of these people are to be handed over, from the first that was not looked at. $1 tenant,
-- $2 people, $3 above this task, $4 by the rules anew, $5 by whom (0: nobody), $6 why.
INSERT INTO hand_over AS h (tenant_id, person_id, after_id, anew, by_person_id, reason)
SELECT DISTINCT $1::bigint, p, $3::bigint, $4::boolean, $5::bigint, $6::text
FROM unnest($2::bigint[]) AS p ORDER BY p
ON CONFLICT (tenant_id, person_id) DO UPDATE
SET after_id = least(h.after_id, excluded.after_id), anew = h.anew OR excluded.anew,
    by_person_id = excluded.by_person_id, reason = excluded.reason
