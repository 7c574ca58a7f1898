-- Those of the raters who are not asked for anything any more. $1 tenant, $2 round, $3 raters.
UPDATE asked k SET finished = true
WHERE k.tenant_id = $1 AND k.round_id = $2 AND k.rater_id = ANY ($3::bigint[]) AND NOT k.finished
  AND NOT EXISTS (SELECT FROM assignment a WHERE a.tenant_id = $1 AND a.round_id = $2
                                             AND a.rater_id = k.rater_id AND a.state = 2)
RETURNING k.rater_id, k.times, 0::bigint
