-- Marks everybody of some units who has a total and is not published yet in the period; answers how
-- many are taken, and how many there are. $1 tenant, $2 period, $3 unit of the tree, $4 units.
WITH people AS (
    SELECT person_id FROM score
    WHERE tenant_id = $1 AND period = $2 AND unit_id = ANY ($4::bigint[]) AND total IS NOT NULL
), taken AS (
    INSERT INTO published_person (tenant_id, period, person_id, unit_id)
    SELECT $1, $2, person_id, $3 FROM people
    ON CONFLICT (tenant_id, period, person_id) DO NOTHING
    RETURNING person_id
)
SELECT coalesce((SELECT array_agg(person_id ORDER BY person_id) FROM taken), '{}'),
       (SELECT count(*) FROM people);
