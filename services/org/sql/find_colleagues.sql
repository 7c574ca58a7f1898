-- People of the whole tenant who are employed that day, first by how name or number begins, then by
-- what the name contains. All of it by index: ranges of the byte order, or the people of one unit.
-- $1 tenant, $2 day, $3 text ('' = any), $4 its upper bound in byte order, $5 the text in lower case,
-- $6 its upper bound, $7 unit (0 = any), $8 how many
WITH able AS NOT MATERIALIZED (
    SELECT p.id, p.code, p.name FROM person p
    WHERE p.tenant_id = $1 AND p.employed_from <= $2 AND p.employed_to > $2
), member AS MATERIALIZED (
    SELECT id, code, name FROM able
    WHERE $7::bigint <> 0 AND id IN (
        SELECT o.person_id FROM post o
        WHERE o.tenant_id = $1 AND o.unit_id = $7 AND o.valid_from <= $2 AND o.valid_to > $2)
), begins AS MATERIALIZED (
    (SELECT id FROM able
     WHERE $7 = 0 AND name COLLATE "C" >= $3 AND name COLLATE "C" < $4
     ORDER BY name COLLATE "C" LIMIT $8)
    UNION
    (SELECT a.id FROM person_word w, LATERAL (SELECT id FROM able WHERE id = w.person_id LIMIT 1) a
     WHERE $7 = 0 AND w.tenant_id = $1 AND w.kind = 1 AND w.word >= $5 AND w.word < $6
     ORDER BY w.word LIMIT $8)
    UNION
    SELECT id FROM member WHERE starts_with(name, $3) OR starts_with(lower(code), $5)
), contains AS MATERIALIZED (
    (SELECT a.id FROM person_word w, LATERAL (SELECT id FROM able WHERE id = w.person_id LIMIT 1) a
     WHERE $7 = 0 AND (SELECT count(*) FROM begins) < $8
       AND w.tenant_id = $1 AND w.kind = 2 AND w.word >= $5 AND w.word < $6
     ORDER BY w.word LIMIT $8 * 2) -- those that begin are among them
    UNION
    SELECT id FROM member WHERE position($5 IN lower(name)) > 0
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
ORDER BY f.rank, p.code LIMIT $8
