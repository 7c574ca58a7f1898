-- The late changes of earlier periods of the same kind, stated with the results of a publication,
-- but of results with a frozen line; answers how many. $1 tenant, $2 publication, $3 its period,
-- $4 its people.
WITH stated AS (
    INSERT INTO published_carried (tenant_id, position, person_id, from_period, places,
                                   total_published, total_now, actual_published, actual_now,
                                   grade_published, grade_now)
    SELECT $1, n.position, x.person_id, x.period, x.places, x.total_published, x.total_now,
           x.actual_published, x.actual_now, x.grade_published,
           CASE WHEN x.version = 1 OR x.total_now <> x.total_latest THEN x.grade_live
                ELSE x.table_grade END
    FROM late_change AS x
    JOIN published_result AS n ON n.tenant_id = $1 AND n.publication_id = $2
                              AND n.person_id = x.person_id
    WHERE x.tenant_id = $1 AND x.person_id = ANY ($4::bigint[]) AND x.period < $3
      AND length(x.period) = length($3) AND NOT x.frozen
      AND (x.total_published IS DISTINCT FROM x.total_now
           OR x.actual_published IS DISTINCT FROM x.actual_now)
    RETURNING 1
)
SELECT count(*) FROM stated;
