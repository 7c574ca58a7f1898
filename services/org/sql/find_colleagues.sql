-- People of the whole tenant who are employed that day, by how name or number begins, by index;
-- only when these are fewer than asked for, by what the name contains, through all names. $1 tenant,
-- $2 day, $3 text ('' = any), $4 its upper bound in byte order, $5 the text in lower case, $6 its
-- upper bound, $7 pattern for LIKE, $8 unit (0 = any), $9 how many
WITH able AS NOT MATERIALIZED (
    SELECT p.id, p.code, p.name FROM person p
    WHERE p.tenant_id = $1 AND p.employed_from <= $2 AND p.employed_to > $2
      AND ($8 = 0 OR p.id IN (
          SELECT o.person_id FROM post o
          WHERE o.tenant_id = $1 AND o.unit_id = $8 AND o.valid_from <= $2 AND o.valid_to > $2))
), begins AS MATERIALIZED (
    (SELECT id FROM able WHERE name COLLATE "C" >= $3 AND name COLLATE "C" < $4
     ORDER BY name COLLATE "C" LIMIT $9)
    UNION
    (SELECT id FROM able WHERE lower(code) COLLATE "C" >= $5 AND lower(code) COLLATE "C" < $6
     ORDER BY lower(code) COLLATE "C" LIMIT $9)
), contains AS MATERIALIZED (
    SELECT id FROM able
    WHERE (SELECT count(*) FROM begins) < $9 AND name ILIKE $7
    ORDER BY code LIMIT $9 * 2 -- those that begin are among them
), found AS (
    SELECT id, min(rank) AS rank
    FROM (SELECT id, 0 AS rank FROM begins UNION ALL SELECT id, 1 FROM contains) every
    GROUP BY id
)
SELECT p.id, p.code, p.name, coalesce(state.name, ''), coalesce(post.position, '')
FROM found f
JOIN person p ON p.tenant_id = $1 AND p.id = f.id
LEFT JOIN LATERAL (
    SELECT o.unit_id, o.position FROM post o
    WHERE o.tenant_id = $1 AND o.person_id = p.id AND o.valid_from <= $2 AND o.valid_to > $2
    ORDER BY o.main DESC, o.seq LIMIT 1) post ON true
LEFT JOIN LATERAL (
    SELECT s.name FROM unit_state s
    WHERE s.tenant_id = $1 AND s.unit_id = post.unit_id AND s.valid_from <= $2
    ORDER BY s.valid_from DESC LIMIT 1) state ON true
ORDER BY f.rank, p.code LIMIT $9
