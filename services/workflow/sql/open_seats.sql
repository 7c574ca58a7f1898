-- New seats. $1 tenant; arrays: $2 tasks, $3 numbers, $4 owners, $5 holders, $6 in whose place,
-- $7 held by, $8 states, $9 outcomes, $10 reasons, $11 who decided, $12 opened at, $13 decided at
-- (infinity: not yet), $14 rungs, $15 reminders,
-- $16 the deadline that it was decided under (infinity: not decided),
-- $17 whom the ladder gave it to.
INSERT INTO seat (tenant_id, task_id, number, owner_id, holder_id, deputy_for_id, held_by, state,
                  outcome, reason, decided_by_id, opened_at, decided_at, rung, reminders, due_at, raised_to_id)
SELECT $1::bigint, n.task_id, n.number, n.owner_id, n.holder_id, n.deputy_for_id, n.held_by, n.state,
       n.outcome, n.reason, n.decided_by, nullif(n.opened_at, 'infinity'),
       nullif(n.decided_at, 'infinity'), n.rung, n.reminders,
       nullif(n.due_at, 'infinity'), n.raised_to_id
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::text[], $10::text[], $11::bigint[], $12::timestamptz[],
            $13::timestamptz[], $14::bigint[], $15::bigint[], $16::timestamptz[], $17::bigint[])
     AS n (task_id, number, owner_id, holder_id, deputy_for_id, held_by, state, outcome, reason,
           decided_by, opened_at, decided_at, rung, reminders, due_at, raised_to_id)
