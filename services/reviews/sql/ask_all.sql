-- Everybody who is asked for a rating of the round is asked for the first time. $1 tenant, $2 round.
INSERT INTO asked (tenant_id, round_id, rater_id, times, finished)
SELECT tenant_id, round_id, rater_id, 1, false FROM assignment
WHERE tenant_id = $1 AND round_id = $2 AND state = 2
GROUP BY tenant_id, round_id, rater_id ORDER BY rater_id
RETURNING rater_id, times, (SELECT count(*) FROM assignment a
    WHERE a.tenant_id = $1 AND a.round_id = $2 AND a.rater_id = asked.rater_id AND a.state = 2)
