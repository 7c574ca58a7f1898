-- The days up to today have begun: people whose posts began or ended, and units that stand in
-- another place since then, are to be computed. How many people? $1 tenant, $2 today.
WITH since AS (
    SELECT coalesce((SELECT done_to FROM calendar WHERE tenant_id = $1), $2::date - 2) AS day
), done AS (
    INSERT INTO calendar (tenant_id, done_to) VALUES ($1, $2::date)
    ON CONFLICT (tenant_id) DO UPDATE SET done_to = excluded.done_to
), moved AS (
    SELECT DISTINCT person_id FROM org_post, since
    WHERE tenant_id = $1 AND (valid_from > day AND valid_from <= $2::date
                              OR valid_to > day AND valid_to <= $2::date)
), told AS (
    INSERT INTO dirty (tenant_id, period, wide, from_day, people)
    SELECT $1, '', false, max(day) + 1, array_agg(person_id) FROM moved, since
    HAVING count(*) > 0
), counted AS (
    INSERT INTO dirty (tenant_id, period, wide, from_day, units)
    SELECT $1, '', false, max(day) + 1, array_agg(DISTINCT p.unit_id)
    FROM org_post AS p JOIN moved USING (person_id), since
    WHERE p.tenant_id = $1
      AND EXISTS (SELECT FROM measure WHERE tenant_id = $1 AND counts_heads)
      AND EXISTS (SELECT FROM indicator AS i JOIN measure AS m USING (tenant_id, measure_id)
                  WHERE i.tenant_id = $1 AND i.is_primary AND m.is_formula)
    HAVING count(*) > 0
), turned AS (
    INSERT INTO dirty (tenant_id, period, wide, from_day, everybody)
    SELECT $1, '', true, min(day) + 1, true FROM place, since
    WHERE tenant_id = $1 AND (from_day > day AND from_day <= $2::date
                              OR closed_on > day AND closed_on <= $2::date)
    HAVING count(*) > 0
)
SELECT count(*) FROM moved;
