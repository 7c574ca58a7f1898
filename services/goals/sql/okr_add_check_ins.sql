-- Adds check-ins on an objective. $1 tenant, $2 objective, each parallel: $3 key results, $4 values
-- ("" = no data), $5 scores, $6 health, $7 confidence (-1 = not said), $8 notes; $9 author, $10 author's
-- person, $11 at
INSERT INTO check_in (tenant_id, objective_id, key_result_id, check_in_id, value, score, health,
                      confidence, note, author, author_person_id, at)
SELECT $1, $2, w.key_result_id, nextval('check_in_ids'), nullif(w.value, '')::numeric, w.score,
       w.health, nullif(w.confidence, -1), w.note, $9, $10, $11
FROM unnest($3::bigint[], $4::text[], $5::numeric[], $6::bigint[], $7::numeric[], $8::text[])
     AS w (key_result_id, value, score, health, confidence, note)
