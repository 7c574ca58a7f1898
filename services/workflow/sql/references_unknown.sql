-- Those of the references that no case has yet, by their places from 1. $1 tenant, $2 references.
SELECT r.place FROM unnest($2::text[]) WITH ORDINALITY AS r (reference, place)
WHERE NOT EXISTS (SELECT FROM process_case c WHERE c.tenant_id = $1 AND c.reference = r.reference
                                               AND c.reference <> '')
ORDER BY r.place
