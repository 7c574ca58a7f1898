-- $1 tenant, $2 round, then by person: $3 person, $4 numerator, $5 denominator, $6 raters, $7 body.
INSERT INTO result (tenant_id, round_id, person_id, numerator, denominator, raters, body)
SELECT $1::bigint, $2::bigint, r.* FROM unnest($3::bigint[], $4::numeric[], $5::numeric[], $6::bigint[], $7::bytea[]) AS r
