-- Publications, newest first, that the caller may know of. $1 tenant, $2 one of them or 0, $3 period
-- or '', $4 everything, $5 trees and $6 single units within reach, $7 limit.
SELECT p.publication_id, p.period, p.unit_id, coalesce(u.name, ''), p.version, p.people, p.reason,
       p.author, p.author_person_id, p.at, p.objections_until
FROM publication AS p
LEFT JOIN org_unit AS u ON u.tenant_id = $1 AND u.unit_id = p.unit_id
WHERE p.tenant_id = $1 AND ($2 = 0 OR p.publication_id = $2) AND ($3 = '' OR p.period = $3)
  AND ($4 OR EXISTS (
      SELECT FROM org_unit_tree AS t
      WHERE t.tenant_id = $1
        AND ((t.ancestor_id = p.unit_id AND t.unit_id = ANY ($5::bigint[] || $6::bigint[]))
             OR (t.unit_id = p.unit_id AND t.ancestor_id = ANY ($5::bigint[])))))
ORDER BY p.publication_id DESC
LIMIT $7;
