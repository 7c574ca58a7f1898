-- People with fewer raters of a relation than its minimum, and how many such there are; who has no
-- reports lacks no subordinates. $1 to $7 as PREVIEW_COUNTS, $8 relations that must be there, $9 their minimums, $10 how many.
WITH p AS MATERIALIZED (
    SELECT subject_id, relation, count(*) AS raters
    FROM planned($1, $2, $3, $4, $5, $6, $7, '') GROUP BY subject_id, relation
)
SELECT r.person_id, o.name, w.relation, coalesce(p.raters, 0), w.minimum, count(*) OVER ()
FROM rated($1, $2, $3) r CROSS JOIN unnest($8::bigint[], $9::bigint[]) AS w (relation, minimum)
JOIN org_person o ON o.tenant_id = $1 AND o.person_id = r.person_id
LEFT JOIN p ON p.subject_id = r.person_id AND p.relation = w.relation
WHERE coalesce(p.raters, 0) < w.minimum AND (w.relation <> 3 OR p.raters > 0)
ORDER BY r.person_id, w.relation LIMIT $10
