-- New tasks, each of a case. $1 tenant, $2 now; arrays: $3 cases, $4 stages, $5 modes, $6 due,
-- $7 and $8 why then, $9 the task whose decision opened it (0: the case's first), $10 cycles, $11 kinds
-- of subjects, $12 subjects, $13 units, $14 whether it is the case's first.
INSERT INTO task AS t (tenant_id, case_id, cycle_id, stage, subject_kind, subject_id, unit_id, state,
                       mode, opened_at, due_at, due_reason_zh, due_reason_en, outcome, version,
                       guard_version, overdue, round, before_id)
SELECT $1::bigint, n.case_id, n.cycle_id, n.stage, n.subject_kind, n.subject_id, n.unit_id, 1,
       n.mode, $2::timestamptz, n.due_at, n.why_zh, n.why_en, '', 1, 1, false,
       CASE WHEN n.first THEN 1 ELSE 1 + (
            SELECT count(*) FROM task o
            WHERE o.tenant_id = $1 AND o.case_id = n.case_id AND o.stage = n.stage) END, n.before_id
FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[],
            $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[],
            $14::boolean[]) WITH ORDINALITY
     AS n (case_id, stage, mode, due_at, why_zh, why_en, before_id, cycle_id, subject_kind,
           subject_id, unit_id, first, place)
ORDER BY n.place
RETURNING t.task_id, t.case_id, t.round
