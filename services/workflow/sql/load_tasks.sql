-- Tasks whole but for their seats, with their cycle and case. $1 tenant, $2 tasks.
SELECT t.task_id, t.case_id, t.cycle_id, c.name, c.definition, c.definition_version, t.stage,
       t.subject_kind, t.subject_id, c.period, t.state, t.mode,
       t.opened_at, t.due_at, t.due_reason_zh, t.due_reason_en, t.decided_at, t.outcome, t.version,
       t.overdue, t.round, t.unit_id, t.guard_version, t.before_id, t.urged_at, c.state,
       c.author_person_id, k.track, k.state, k.reference, k.link, k.fact_names, k.fact_values, c.approval
FROM task t
JOIN cycle c ON c.tenant_id = $1 AND c.cycle_id = t.cycle_id
JOIN process_case k ON k.tenant_id = $1 AND k.case_id = t.case_id
WHERE t.tenant_id = $1 AND t.task_id = ANY ($2::bigint[])
ORDER BY t.task_id
