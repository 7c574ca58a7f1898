-- How many would be rated, by how many raters, the most for one of them, and ratings by relation from
-- superior to self. $1 tenant, $2 unit, $3 day, $4 superiors, $5 selves, $6 peers, $7 subordinates.
WITH p AS MATERIALIZED (SELECT * FROM planned($1, $2, $3, $4, $5, $6, $7, random()::text))
SELECT (SELECT count(*) FROM rated($1, $2, $3)), count(DISTINCT rater_id),
       coalesce((SELECT max(n) FROM (SELECT count(*) AS n FROM p GROUP BY rater_id) AS each), 0),
       count(*) FILTER (WHERE relation = 1), count(*) FILTER (WHERE relation = 2),
       count(*) FILTER (WHERE relation = 3), count(*) FILTER (WHERE relation = 4),
       count(*) FILTER (WHERE relation = 5)
FROM p
