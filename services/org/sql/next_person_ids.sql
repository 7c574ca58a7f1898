-- $1 how many
SELECT nextval('person_id_seq') FROM generate_series(1, $1::bigint)
