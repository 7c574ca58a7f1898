-- Seats as they are now. $1 tenant; arrays: $2 tasks, $3 numbers, $4 owners, $5 holders, $6 in whose
-- place, $7 held by, $8 states, $9 outcomes, $10 reasons, $11 who decided, $12 opened at, $13 decided at
-- (infinity: not yet), $14 rungs, $15 reminders,
-- $16 the deadline that it was decided under (infinity: not decided),
-- $17 whom the ladder gave it to.
UPDATE seat s
SET owner_id = n.owner_id, holder_id = n.holder_id, deputy_for_id = n.deputy_for_id, held_by = n.held_by,
    state = n.state, outcome = n.outcome, reason = n.reason, decided_by_id = n.decided_by,
    opened_at = nullif(n.opened_at, 'infinity'),
    decided_at = nullif(n.decided_at, 'infinity'), rung = n.rung, reminders = n.reminders,
    due_at = nullif(n.due_at, 'infinity'), raised_to_id = n.raised_to_id
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::text[], $10::text[], $11::bigint[], $12::timestamptz[],
            $13::timestamptz[], $14::bigint[], $15::bigint[], $16::timestamptz[], $17::bigint[])
     AS n (task_id, number, owner_id, holder_id, deputy_for_id, held_by, state, outcome, reason, decided_by,
           opened_at, decided_at, rung, reminders, due_at, raised_to_id)
WHERE s.tenant_id = $1 AND s.task_id = n.task_id AND s.number = n.number
