-- New tasks, each of a case. $1 tenant, $2 now; arrays: $3 cases, $4 stages, $5 modes, $6 due,
-- $7 and $8 why then, $9 the task whose decision opened it (0: none).
INSERT INTO task AS t (tenant_id, case_id, cycle_id, stage, subject_kind, subject_id, unit_id, state,
                       mode, opened_at, due_at, due_reason_zh, due_reason_en, outcome, version,
                       guard_version, overdue, round, before_id)
SELECT $1::bigint, k.case_id, k.cycle_id, n.stage, k.subject_kind, k.subject_id, k.unit_id, 1,
       n.mode, $2::timestamptz, n.due_at, n.why_zh, n.why_en, '', 1, 1, false,
       1 + (SELECT count(*) FROM task o
            WHERE o.tenant_id = $1 AND o.case_id = k.case_id AND o.stage = n.stage), n.before_id
FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[],
            $9::bigint[]) WITH ORDINALITY
     AS n (case_id, stage, mode, due_at, why_zh, why_en, before_id, place)
JOIN process_case k ON k.tenant_id = $1 AND k.case_id = n.case_id
ORDER BY n.place
RETURNING t.task_id, t.case_id, t.round
