-- Opens the next cases of a track, in the order of the subjects' ids, and answers them. $1 tenant, $2 unit, $3 kind of subject, $4 kinds of units, $5 the
-- day of the start, $6 today, $7 above this id, $8 how many, $9 cycle, $10 track, $11 stage, $12 its
-- state (ended already when no stage is for it), $13 now.
WITH subject AS (
    SELECT s.subject_id, s.unit_id FROM (SELECT u.unit_id AS subject_id, u.unit_id
    FROM org_unit u
    WHERE $3::bigint = 1 AND u.tenant_id = $1 AND u.unit_id = $2 AND u.unit_id > $7
    UNION ALL
    SELECT u.unit_id, u.unit_id
    FROM org_unit u
    JOIN org_unit_tree t ON t.tenant_id = $1 AND t.ancestor_id = $2 AND t.unit_id = u.unit_id
    WHERE $3::bigint = 2 AND u.tenant_id = $1 AND u.kind = ANY ($4::bigint[])
      AND u.valid_to > $5::date AND u.unit_id > $7
    UNION ALL
    SELECT p.person_id, o.unit_id
    FROM org_person p
    JOIN org_post o ON o.tenant_id = $1 AND o.person_id = p.person_id AND o.main
         AND o.valid_from <= $5::date AND o.valid_to > $5::date
    JOIN org_unit_tree t ON t.tenant_id = $1 AND t.ancestor_id = $2 AND t.unit_id = o.unit_id
    WHERE $3::bigint = 3 AND p.tenant_id = $1
      AND p.employed_from <= $5::date AND p.employed_to > greatest($5::date, $6::date) AND p.person_id > $7) s
    ORDER BY s.subject_id LIMIT $8
)
INSERT INTO process_case (tenant_id, cycle_id, track, subject_kind, subject_id, unit_id, stage, state,
                          ended_at, outcome, decided_by_id, reason, reference, link, fact_names,
                          fact_values)
SELECT $1::bigint, $9::bigint, $10::bigint, $3::bigint, subject_id, unit_id, $11::text,
       $12::bigint, CASE WHEN $12 <> 1 THEN $13::timestamptz END, '', 0, '', '', '', '{}', '{}'
FROM subject ORDER BY subject_id
RETURNING case_id, subject_id, unit_id
