-- When was a period scored last, and is there something that its scores do not hold yet? $1 tenant,
-- $2 period.
SELECT (SELECT max(computed_at) FROM unit_score WHERE tenant_id = $1 AND period = $2),
       EXISTS (SELECT FROM dirty WHERE tenant_id = $1 AND period IN ($2, ''));
