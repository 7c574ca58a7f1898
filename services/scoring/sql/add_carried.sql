-- The late changes of earlier periods of the same kind, stated with the results of a publication;
-- answers how many. $1 tenant, $2 publication, $3 its period.
WITH published AS (
    SELECT DISTINCT ON (r.person_id, r.period) r.person_id, r.period, r.places, r.total, r.actual,
           r.table_grade
    FROM published_result AS r
    WHERE r.tenant_id = $1 AND r.period < $3 AND length(r.period) = length($3)
      AND r.person_id IN (SELECT person_id FROM published_result
                          WHERE tenant_id = $1 AND publication_id = $2)
    ORDER BY r.person_id, r.period, r.version DESC
), carried AS (
    SELECT DISTINCT ON (person_id, from_period) *
    FROM published_carried WHERE tenant_id = $1
    ORDER BY person_id, from_period, position DESC
), changed AS (
    SELECT r.person_id, r.period, r.places,
           CASE WHEN c.position IS NULL THEN r.total ELSE c.total_now END AS total_published,
           s.total AS total_now,
           CASE WHEN c.position IS NULL THEN r.actual ELSE c.actual_now END AS actual_published,
           s.actual AS actual_now,
           CASE WHEN c.position IS NULL THEN r.table_grade ELSE c.grade_now END AS grade_published,
           coalesce(m.grade_codes[s.grade], '') AS grade_now
    FROM published AS r
    JOIN score AS s ON s.tenant_id = $1 AND s.period = r.period AND s.person_id = r.person_id
    LEFT JOIN scheme AS m ON m.tenant_id = $1 AND m.scheme_id = s.scheme_id
    LEFT JOIN carried AS c ON c.person_id = r.person_id AND c.from_period = r.period
), stated AS (
    INSERT INTO published_carried (tenant_id, position, person_id, from_period, places,
                                   total_published, total_now, actual_published, actual_now,
                                   grade_published, grade_now)
    SELECT $1, n.position, x.person_id, x.period, x.places, x.total_published, x.total_now,
           x.actual_published, x.actual_now, x.grade_published, x.grade_now
    FROM changed AS x
    JOIN published_result AS n ON n.tenant_id = $1 AND n.publication_id = $2
                              AND n.person_id = x.person_id
    WHERE x.total_published IS DISTINCT FROM x.total_now
       OR x.actual_published IS DISTINCT FROM x.actual_now
    RETURNING 1
)
SELECT count(*) FROM stated;
