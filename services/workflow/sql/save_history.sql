-- $1 tenant, $2 now; arrays: $3 cases, $4 tasks, $5 what, $6 people, $7 on whose authority,
-- $8 outcomes, $9 reasons, $10 whose right it was.
INSERT INTO history (tenant_id, case_id, task_id, at, what, person_id, for_person_id, outcome, reason,
                     owner_id)
SELECT $1::bigint, h.case_id, h.task_id, $2::timestamptz, h.what, h.person_id, h.for_person_id,
       h.outcome, h.reason, h.owner_id
FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::text[],
            $9::text[], $10::bigint[])
     AS h (case_id, task_id, what, person_id, for_person_id, outcome, reason, owner_id)
