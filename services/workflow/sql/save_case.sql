-- The case of an approval; none when its reference has one already. $1 tenant, $2 cycle, $3 kind of
-- subject, $4 subject, $5 unit, $6 reference, $7 link, $8 names of facts, $9 their values.
INSERT INTO process_case (tenant_id, cycle_id, track, subject_kind, subject_id, unit_id, stage, state,
                          outcome, decided_by_id, reason, reference, link, fact_names, fact_values)
VALUES ($1, $2, 0, $3, $4, $5, '', 1, '', 0, '', $6, $7, $8::text[], $9::text[])
RETURNING case_id
