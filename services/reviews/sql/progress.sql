-- People, nominations that wait, declined, and asked and given by relation from superior to self.
-- $1 tenant, $2 round.
SELECT (SELECT count(*) FROM subject WHERE tenant_id = $1 AND round_id = $2),
       count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 4),
       count(*) FILTER (WHERE relation = 1 AND state IN (2, 3)), count(*) FILTER (WHERE relation = 1 AND state = 3),
       count(*) FILTER (WHERE relation = 2 AND state IN (2, 3)), count(*) FILTER (WHERE relation = 2 AND state = 3),
       count(*) FILTER (WHERE relation = 3 AND state IN (2, 3)), count(*) FILTER (WHERE relation = 3 AND state = 3),
       count(*) FILTER (WHERE relation = 4 AND state IN (2, 3)), count(*) FILTER (WHERE relation = 4 AND state = 3),
       count(*) FILTER (WHERE relation = 5 AND state IN (2, 3)), count(*) FILTER (WHERE relation = 5 AND state = 3)
FROM assignment WHERE tenant_id = $1 AND round_id = $2
