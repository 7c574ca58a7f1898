-- The late changes stated with a result. $1 tenant, $2 its position.
SELECT from_period, places, total_published, total_now, actual_published, actual_now,
       grade_published, grade_now
FROM published_carried WHERE tenant_id = $1 AND position = $2 ORDER BY from_period;
