-- Where the stamper stands; rest: a large batch is being numbered in pieces.
SELECT batch, epoch, overall, numbers, target IS NOT NULL AS rest
FROM log_head ORDER BY batch DESC LIMIT 1
