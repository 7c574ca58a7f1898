-- Where values occur so far. $1 tenant, $2 series, $3 values, $4 first month, $5 last month,
-- $6 in spans too.
-- (LATERAL ... OFFSET 0: always by the index, also when the plan was made while the table was small.)
SELECT s.series_id, s.value, s.month, s.person_id, s.path_id, s.detail, s.n
FROM (SELECT * FROM unnest($2::bigint[], $3::bytea[]) AS w (series_id, value)
      ORDER BY series_id, value) AS w
CROSS JOIN LATERAL (
    SELECT * FROM seen s
    WHERE s.tenant_id = $1 AND s.series_id = w.series_id AND s.value = w.value
      AND (s.month BETWEEN $4::integer AND $5::integer OR ($6 AND s.month < 0))
    OFFSET 0) s
