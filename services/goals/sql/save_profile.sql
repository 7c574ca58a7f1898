-- A seasonal profile; answers id and version, or no row when it has been changed since, or
-- another one has the name.
-- $1 tenant, $2 id (0 = new), $3 version seen (0 = whatever), $4 name, $5 weights, $6 origin, $7 author,
-- $8 now, $9 retired
WITH added AS (
    INSERT INTO season_profile (tenant_id, profile_id, version, name, weights, origin, author,
                                changed_at, retired)
    SELECT $1, nextval('season_profile_ids'), 1, $4, $5::numeric[], $6, $7, $8, $9
    WHERE $2 = 0
    ON CONFLICT (tenant_id, name) DO NOTHING
    RETURNING profile_id, version
), changed AS (
    UPDATE season_profile SET version = version + 1, name = $4, weights = $5::numeric[], origin = $6,
        author = $7, changed_at = $8, retired = $9
    WHERE $2 <> 0 AND tenant_id = $1 AND profile_id = $2 AND ($3 = 0 OR version = $3)
      AND NOT EXISTS (SELECT FROM season_profile o
                      WHERE o.tenant_id = $1 AND o.name = $4 AND o.profile_id <> $2)
    RETURNING profile_id, version
)
SELECT profile_id, version FROM added
UNION ALL
SELECT profile_id, version FROM changed
