-- Tasks of these people are to be handed over, from the first that was not looked at. $1 tenant,
-- $2 people, $3 above this task, $4 by the rules anew, $5 by whom (0: nobody), $6 why, $7 it is the
-- second look, $8 not before.
INSERT INTO hand_over AS h (tenant_id, person_id, after_id, anew, by_person_id, reason, second_look,
                            not_before)
SELECT DISTINCT $1::bigint, p, $3::bigint, $4::boolean, $5::bigint, $6::text, $7::boolean,
       $8::timestamptz
FROM unnest($2::bigint[]) AS p ORDER BY p
ON CONFLICT (tenant_id, person_id) DO UPDATE
SET after_id = CASE WHEN h.second_look = excluded.second_look THEN least(h.after_id, excluded.after_id)
                    WHEN h.second_look THEN excluded.after_id ELSE h.after_id END,
    not_before = CASE WHEN h.second_look AND excluded.second_look
                      THEN greatest(h.not_before, excluded.not_before)
                      ELSE least(h.not_before, excluded.not_before) END,
    second_look = h.second_look AND excluded.second_look,
    anew = h.anew OR excluded.anew, by_person_id = excluded.by_person_id, reason = excluded.reason
