-- $1 tenant, arrays: $2 people, $3 seq, $4 units, $5 positions, $6 shares, $7 main, $8 from, $9 to
INSERT INTO post (tenant_id, person_id, seq, unit_id, position, share, main, valid_from, valid_to)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::numeric[],
                         $7::boolean[], $8::date[], $9::date[])
