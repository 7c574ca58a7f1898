-- The last numbers before the first event at or after $1 (NULL: the end).
WITH head AS MATERIALIZED (
    SELECT * FROM log_head ORDER BY batch DESC LIMIT 1
), mark AS MATERIALIZED (
    SELECT min(overall) AS overall FROM stamp WHERE at >= $1::timestamptz
)
SELECT h.epoch, coalesce(m.overall - 1, h.overall) AS overall,
       ARRAY(SELECT coalesce((SELECT s.number - 1 FROM stamp s
                              WHERE s.partition = p AND s.overall >= m.overall
                              ORDER BY s.overall LIMIT 1), h.numbers[p + 1])
             FROM generate_series(0, 15) p ORDER BY p) AS numbers
FROM head h, mark m
