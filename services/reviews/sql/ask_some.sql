-- Raters who were not asked yet, or were through, are asked (again). $1 tenant, $2 round, $3 raters.
INSERT INTO asked (tenant_id, round_id, rater_id, times, finished)
SELECT $1::bigint, $2::bigint, rater_id, 1, false FROM unnest($3::bigint[]) AS r (rater_id)
WHERE EXISTS (SELECT FROM assignment a WHERE a.tenant_id = $1 AND a.round_id = $2
                                         AND a.rater_id = r.rater_id AND a.state = 2)
GROUP BY rater_id ORDER BY rater_id
ON CONFLICT (tenant_id, round_id, rater_id) DO UPDATE
SET times = asked.times + 1, finished = false WHERE asked.finished
RETURNING rater_id, times, (SELECT count(*) FROM assignment a
    WHERE a.tenant_id = $1 AND a.round_id = $2 AND a.rater_id = asked.rater_id AND a.state = 2)
