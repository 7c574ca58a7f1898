-- Ids for new targets.
-- $1 how many
SELECT array_agg(nextval('target_ids')) FROM generate_series(1, $1::bigint)
