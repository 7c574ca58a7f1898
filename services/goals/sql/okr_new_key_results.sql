-- Ids for so many new key results. $1 how many
SELECT nextval('key_result_ids') FROM generate_series(1, $1::bigint)
