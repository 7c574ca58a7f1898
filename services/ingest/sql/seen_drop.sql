-- Values that occur no more. $1 tenant, $2 series, $3 values.
DELETE FROM seen s USING unnest($2::bigint[], $3::bytea[]) AS w (series_id, value)
WHERE s.tenant_id = $1 AND s.series_id = w.series_id::integer AND s.value = w.value AND s.n = 0
