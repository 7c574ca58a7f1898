-- Values that occur no more. $1 tenant, $2 series, $3 values.
DELETE FROM seen s
WHERE s.ctid = ANY (ARRAY(
    SELECT t.ctid FROM unnest($2::bigint[], $3::bytea[]) AS w (series_id, value)
    CROSS JOIN LATERAL (
        SELECT ctid FROM seen
        WHERE tenant_id = $1 AND series_id = w.series_id AND value = w.value AND n = 0
        OFFSET 0) t))
  AND s.tenant_id = $1 AND s.n = 0
