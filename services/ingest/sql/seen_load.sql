-- Where values occur so far. $1 tenant, $2 series, $3 values, $4 first month, $5 last month.
SELECT s.series_id, s.value, s.month, s.person_id, s.path_id, s.detail, s.n
FROM unnest($2::bigint[], $3::bytea[]) AS w (series_id, value)
JOIN seen s ON s.tenant_id = $1 AND s.series_id = w.series_id::integer AND s.value = w.value
           AND s.month BETWEEN $4::integer AND $5::integer
