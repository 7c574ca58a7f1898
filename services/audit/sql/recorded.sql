-- Which of some events of a partition have an entry already, by their place in the list (from 1).
-- $1 tenant, $2 stream, $3 partition, $4 epochs, $5 numbers
-- (LATERAL ... OFFSET 0: by the index, also when the plan was made while the table was small.)
SELECT w.at
FROM unnest($4::bigint[], $5::bigint[]) WITH ORDINALITY AS w (epoch, number, at)
CROSS JOIN LATERAL (
    SELECT FROM entry AS e
    WHERE e.tenant_id = $1 AND e.stream = $2::text AND e.epoch = w.epoch
      AND e.partition = $3::smallint AND e.event_number = w.number
    OFFSET 0) AS e
