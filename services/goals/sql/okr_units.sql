-- Units that concern a caller: those that his grants let him read, supervise, head; and those that he
-- is in, up to the root.
-- $1 tenant, $2 day, trees and single units $3 $4 to read, $5 $6 to supervise, $7 $8 to head,
-- $9 the caller's person or 0
WITH granted AS (
    SELECT t.unit_id, t.ancestor_id = ANY ($3::bigint[]) AS reads,
           t.ancestor_id = ANY ($5::bigint[]) AS supervises,
           t.ancestor_id = ANY ($7::bigint[]) AS heads, false AS own
    FROM org_unit_tree t
    WHERE t.tenant_id = $1
      AND t.ancestor_id = ANY ($3::bigint[] || $5::bigint[] || $7::bigint[])
    UNION ALL
    SELECT u, u = ANY ($4::bigint[]), u = ANY ($6::bigint[]), u = ANY ($8::bigint[]), false
    FROM unnest($4::bigint[] || $6::bigint[] || $8::bigint[]) AS u
    UNION ALL
    SELECT t.ancestor_id, false, false, false, true
    FROM org_post p
    JOIN org_unit_tree t ON t.tenant_id = $1 AND t.unit_id = p.unit_id
    WHERE p.tenant_id = $1 AND p.person_id = $9 AND p.valid_from <= $2 AND p.valid_to > $2
)
SELECT unit_id, bool_or(reads), bool_or(supervises), bool_or(heads), bool_or(own)
FROM granted
GROUP BY unit_id
ORDER BY unit_id
