-- Did somebody rate a person without being named? $1 tenant, $2 round, $3 person, $4 rater.
SELECT EXISTS (SELECT FROM assignment WHERE tenant_id = $1 AND round_id = $2 AND subject_id = $3
                  AND rater_id = $4 AND relation IN (2, 3, 4) AND state = 3)
