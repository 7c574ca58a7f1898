-- Opens the next cases of a track, in the order of the subjects' ids, and answers them. $1 tenant,
-- $2 unit, $3 kind of subject, $4 kinds of units, $5 the day of the start, $6 today, $7 above this id,
-- $8 how many, $9 cycle, $10 track, $11 stage, $12 its state (ended already when no stage is for it),
-- $13 now.
WITH subject AS (
    SELECT s.subject_id, s.unit_id FROM subjects($1, $2, $3, $4, $5, $6, $7) s
    ORDER BY s.subject_id LIMIT $8
)
INSERT INTO process_case (tenant_id, cycle_id, track, subject_kind, subject_id, unit_id, stage, state,
                          ended_at, outcome, decided_by_id, reason, reference, link, fact_names,
                          fact_values)
SELECT $1::bigint, $9::bigint, $10::bigint, $3::bigint, subject_id, unit_id, $11::text,
       $12::bigint, CASE WHEN $12 <> 1 THEN $13::timestamptz END, '', 0, '', '', '', '{}', '{}'
FROM subject ORDER BY subject_id
RETURNING case_id, subject_id, unit_id
