-- $1 tenant; arrays: $2 tasks, $3 numbers, $4 rules, $5 owners, $6 holders, $7 held by, $8 states,
-- $9 opened at (null: waiting).
INSERT INTO seat (tenant_id, task_id, number, who, owner_id, holder_id, held_by, state, outcome,
                  reason, decided_by_id, opened_at, rung, reminders)
SELECT $1::bigint, s.task_id, s.number, s.who, s.owner_id, s.holder_id, s.held_by, s.state, '', '', 0,
       s.opened_at, 0, 0
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::timestamptz[])
     AS s (task_id, number, who, owner_id, holder_id, held_by, state, opened_at)
