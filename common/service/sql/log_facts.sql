-- What a reader must know first. $1 partition, or -1 for the stream by overall numbers; $2 the
-- reader's epoch. Answers epoch, last number, first number kept (last + 1 when nothing is), and how
-- far a reader of that epoch may have read and still be right here (NULL: any).
SELECT h.epoch,
       CASE WHEN $1::integer < 0 THEN h.overall ELSE h.numbers[$1::integer + 1] END AS last,
       coalesce(CASE WHEN $1::integer < 0 THEN (SELECT min(s.overall) FROM stamp s)
                     ELSE (SELECT min(s.number) FROM stamp s WHERE s.partition = $1::smallint) END,
                CASE WHEN $1::integer < 0 THEN h.overall ELSE h.numbers[$1::integer + 1] END + 1) AS first,
       (SELECT min(CASE WHEN $1::integer < 0 THEN e.overall ELSE e.numbers[$1::integer + 1] END)
        FROM log_epoch e WHERE e.epoch > $2::bigint) AS shared
FROM (SELECT * FROM log_head ORDER BY batch DESC LIMIT 1) h
