-- How far a reader of an older epoch may have read and be right here, by partition: the numbers at which
-- the next epoch began, or the end. $1 the reader's epoch
SELECT ARRAY(SELECT least(h.numbers[p + 1],
                          (SELECT min(e.numbers[p + 1]) FROM log_epoch e WHERE e.epoch > $1::bigint))
             FROM generate_series(0, 15) p ORDER BY p) AS shared
FROM (SELECT numbers FROM log_head ORDER BY batch DESC LIMIT 1) h
