-- What feeds the key results of some objectives, and its total. Sums and counts (kinds 1 to 3) of which
-- nothing was told are 0; averages and ratios are no data, 0 of 0. $1 tenant, $2 objectives
SELECT f.objective_id, f.key_result_id, m.name,
       coalesce(t.numerator, 0), coalesce(t.denominator, CASE WHEN m.kind <= 3 THEN 1 ELSE 0 END)
FROM key_result_feed f
JOIN measure m ON m.tenant_id = $1 AND m.measure_id = f.measure_id
LEFT JOIN total t ON t.tenant_id = $1 AND t.owner_id = f.owner_id AND t.measure_id = f.measure_id
                 AND t.owner_kind = f.owner_kind AND t.period = f.period
WHERE f.tenant_id = $1 AND f.objective_id = ANY ($2::bigint[])
ORDER BY f.objective_id, f.key_result_id
