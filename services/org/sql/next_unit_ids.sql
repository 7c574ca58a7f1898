-- $1 how many
SELECT nextval('unit_id_seq') FROM generate_series(1, $1::bigint)
