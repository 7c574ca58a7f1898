-- Has a person, or had, a part in a case: a seat, or a line of its history? $1 tenant, $2 case,
-- $3 person.
SELECT EXISTS (SELECT FROM task t JOIN seat s ON s.tenant_id = $1 AND s.task_id = t.task_id
               WHERE t.tenant_id = $1 AND t.case_id = $2
                 AND $3::bigint IN (s.owner_id, s.holder_id, s.decided_by_id))
    OR EXISTS (SELECT FROM history h WHERE h.tenant_id = $1 AND h.case_id = $2
                 AND $3 IN (h.person_id, h.for_person_id))
