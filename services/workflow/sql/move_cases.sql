-- Cases that went to another stage, or ended. $1 tenant, arrays: $2 cases, $3 stages, $4 states,
-- $5 outcomes, $6 who decided, $7 reasons; $8 now.
UPDATE process_case c
SET stage = m.stage, state = m.state, ended_at = CASE WHEN m.state <> 1 THEN $8::timestamptz END,
    outcome = m.outcome, decided_by_id = m.decided_by, reason = m.reason
FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[])
     AS m (case_id, stage, state, outcome, decided_by, reason)
WHERE c.tenant_id = $1 AND c.case_id = m.case_id
