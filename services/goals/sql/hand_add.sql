-- Adds versions of entered values. $1 tenant, $2 measure, $3 period, each parallel: $4 kinds, $5 owners,
-- $6 versions, $7 taken back, $8 values, $9 notes; $10 author, $11 author's person, $12 at
INSERT INTO hand_value (tenant_id, measure_id, period, owner_kind, owner_id, version, value, note,
                        author, author_person_id, at)
SELECT $1, $2, $3, w.kind, w.owner_id, w.version, CASE WHEN NOT w.gone THEN w.value END, w.note,
       $10, $11, $12
FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[], $8::numeric[], $9::text[])
     AS w (kind, owner_id, version, gone, value, note)
