-- Cases about people, each with a reference and one fact, in the units of their main posts. $1 tenant,
-- $2 cycle, $3 unit of who has no post, $4 today, $5 people, $6 references, $7 link, $8 name of the
-- fact, $9 its values.
INSERT INTO process_case (tenant_id, cycle_id, track, subject_kind, subject_id, unit_id, stage, state,
                          outcome, decided_by_id, reason, reference, link, fact_names, fact_values)
SELECT $1::bigint, $2::bigint, 0, 3, p.person_id, coalesce(o.unit_id, $3::bigint), '', 1, '', 0, '',
       p.reference, $7, ARRAY[$8::text], ARRAY[p.value]
FROM unnest($5::bigint[], $6::text[], $9::text[]) AS p (person_id, reference, value)
LEFT JOIN org_post o ON o.tenant_id = $1 AND o.person_id = p.person_id AND o.main
                    AND o.valid_from <= $4 AND o.valid_to > $4
ORDER BY p.person_id
RETURNING case_id, subject_id, unit_id
