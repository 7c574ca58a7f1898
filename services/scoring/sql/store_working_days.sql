-- The exceptions of a year, unless newer ones are there. $1 tenant, $2 year, $3 version, $4 days,
-- $5 working.
WITH kept AS (
    INSERT INTO working_year AS y (tenant_id, year, version) VALUES ($1, $2::bigint, $3)
    ON CONFLICT (tenant_id, year) DO UPDATE SET version = excluded.version
    WHERE y.version < excluded.version
    RETURNING year
), told AS (
    SELECT t.day, t.working FROM unnest($4::date[], $5::boolean[]) AS t (day, working), kept
), gone AS (
    DELETE FROM working_day AS d USING kept
    WHERE d.tenant_id = $1 AND extract(year FROM d.day) = kept.year
      AND d.day NOT IN (SELECT day FROM told)
)
INSERT INTO working_day (tenant_id, day, working)
SELECT $1::bigint, day, working FROM told
ON CONFLICT (tenant_id, day) DO UPDATE SET working = excluded.working;
