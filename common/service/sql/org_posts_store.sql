-- Stores posts. $1 tenant, $2 people who count; $3 people, $4 ordinals, $5 units, $6 positions,
-- $7 shares, $8 main, $9 valid from, $10 valid to.
INSERT INTO org_post (tenant_id, person_id, ordinal, unit_id, position, share, main, valid_from,
                      valid_to)
SELECT $1::bigint, p.person_id, p.ordinal, p.unit_id, p.position, p.share, p.main, p.valid_from,
       p.valid_to
FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::numeric[], $8::boolean[],
            $9::date[], $10::date[])
     AS p (person_id, ordinal, unit_id, position, share, main, valid_from, valid_to)
WHERE p.person_id = ANY ($2::bigint[])
