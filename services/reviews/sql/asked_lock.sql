-- Who finishes and who is asked again come one after the other. $1 tenant, $2 round, $3 raters.
SELECT rater_id FROM asked WHERE tenant_id = $1 AND round_id = $2 AND rater_id = ANY ($3::bigint[])
ORDER BY rater_id FOR UPDATE
